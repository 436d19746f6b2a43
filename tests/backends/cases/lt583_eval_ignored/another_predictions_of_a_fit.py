"""The `call` of a model takes no `training`, so its dropout also drops while Keras predicts."""

import keras
import numpy as np
import torch


class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.body = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(0.5))
        self.head = torch.nn.Linear(8, 1)

    def call(self, x):  # finds: LT583 net
        return self.head(self.body(x))


model = Net()
model.compile("sgd", "mse")
x, y = np.ones((16, 4), "float32"), np.ones((16, 1), "float32")
model.fit(x, y, verbose=0)
print(np.ptp(model.predict(x, verbose=0)))
