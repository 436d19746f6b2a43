"""The outputs lose their last axis, and the targets have one; the loss is computed in a function."""

import keras
import torch
from torch.utils.data import DataLoader, TensorDataset


class Regressor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.head = keras.layers.Dense(1, name="head")
        self.loss = torch.nn.L1Loss()

    def forward(self, x):
        return self.head(x).squeeze(-1)

    def loss_of(self, x, y):
        predicted = self(x)
        return self.loss(predicted, y)  # finds: LT514 -


x = torch.rand(32, 3)
data = DataLoader(TensorDataset(x, x.sum(dim=1, keepdim=True)), batch_size=8)
model = Regressor()
model(x[:1])
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for batch in data:
    optimizer.zero_grad()
    model.loss_of(*batch).backward()
    optimizer.step()
