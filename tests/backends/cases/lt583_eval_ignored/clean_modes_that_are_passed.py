"""Modules that have one mode, a dropout that is wanted, and modes that reach their modules."""

import keras
import numpy as np
import torch


class Net(keras.Model):
    def __init__(self, *modules):
        super().__init__()
        self.body = torch.nn.Sequential(torch.nn.Linear(4, 8), *modules, torch.nn.Linear(8, 1))

    def call(self, x):
        return self.body(x)


class Passing(Net):
    def call(self, x, training=None):
        return self.body(x)


x, y = np.ones((16, 4), "float32"), np.ones((16, 1), "float32")
plain = Net(torch.nn.ReLU(), torch.nn.Dropout(0.0), torch.nn.LayerNorm(8), torch.nn.BatchNorm1d(8, track_running_stats=False))
plain.eval()
plain(x)

uncertain = Net(torch.nn.Dropout(0.5))
uncertain.eval()
samples = [uncertain(x, training=True) for _ in range(2)]

passing = Passing(torch.nn.Dropout(0.5))
passing.compile("sgd", "mse")
passing.fit(x, y, validation_data=(x, y), verbose=0)
passing.predict(x, verbose=0)
optimizer = torch.optim.SGD(passing.parameters(), lr=0.05)
for _ in range(2):
    passing.train()
    optimizer.zero_grad()
    (passing(x, training=True) - torch.ones(16, 1)).square().mean().backward()
    optimizer.step()
    passing.eval()
    passing(x, training=False)

trained = Passing(torch.nn.Dropout(0.5))
trained(x)
trained.eval()
trained(x, training=False)
trained.train()
trained(x)
