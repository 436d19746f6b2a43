"""The model is tested with `training=False`, which reaches its batch normalization."""

import keras
import torch


class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.linear = torch.nn.Linear(4, 8)
        self.norm = torch.nn.BatchNorm1d(8)
        self.out = torch.nn.Linear(8, 1)

    def call(self, x):
        return self.out(self.norm(self.linear(x)))


model = Net()
x, y = torch.randn(16, 4), torch.ones(16, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(3):
    model.train()
    optimizer.zero_grad()
    loss = (model(x) - y).square().mean()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        before = model.norm.module.running_mean.clone()
        test = model(x, training=False)
        print(torch.equal(before, model.norm.module.running_mean))
