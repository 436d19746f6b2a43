"""A test step of one's own calls the model without `training`."""

import keras
import numpy as np
import torch


class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.linear = torch.nn.Linear(4, 8)
        self.drop = torch.nn.Dropout(0.5)
        self.out = torch.nn.Linear(8, 1)

    def call(self, x, training=None):
        return self.out(self.drop(self.linear(x)))

    def test_step(self, data):
        x, y = data
        outputs = self(x)  # finds: LT583 net
        return {"error": keras.ops.mean(keras.ops.abs(outputs - y))}


model = Net()
model.compile("sgd", "mse")
x, y = np.ones((16, 4), "float32"), np.ones((16, 1), "float32")
model.fit(x, y, verbose=0)
model.evaluate(x, y, verbose=0)
