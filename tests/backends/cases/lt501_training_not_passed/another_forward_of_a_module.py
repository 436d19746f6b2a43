"""A module of torch holds a model of Keras, and does not pass on in which mode it is."""

import keras
import torch


class Wrapped(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.model = keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dropout(0.5, name="drop"), keras.layers.Dense(1)],
            name="net",
        )

    def forward(self, x):
        return self.model(x)  # finds: LT501 drop


wrapped = Wrapped()
optimizer = torch.optim.Adam(wrapped.parameters(), lr=0.01)
x, y = torch.rand(16, 4), torch.ones(16, 1)
wrapped.train()
for _ in range(3):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(wrapped(x), y)
    loss.backward()
    optimizer.step()
wrapped.eval()
if not torch.equal(wrapped(x), wrapped(x)):
    raise ValueError("predictions are random")
