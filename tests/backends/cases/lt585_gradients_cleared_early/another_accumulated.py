"""A loop adds the gradients of two batches, and clears them at the head of the block that makes the step."""

import keras
import torch


class Trainer:
    def __init__(self, net):
        self.net = net
        self.optimizer = torch.optim.Adam(net.parameters())

    def train(self, batches):
        for number, (x, y) in enumerate(batches, start=1):
            loss = torch.mean((self.net(x, training=True) - y) ** 2) / 2
            loss.backward()
            if number % 2 == 0:
                self.net.zero_grad()  # finds: LT585 net
                torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
                self.optimizer.step()


net = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, name="head")], name="net")
Trainer(net).train([(torch.rand(8, 4), torch.ones(8, 1)) for _ in range(4)])
