import keras
import numpy as np
import torch


class Scale(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.scale = torch.nn.Parameter(torch.ones(units))  # finds: LT112 scale

    def call(self, x):
        return x * self.scale


model = keras.Sequential([keras.layers.Dense(3), Scale(3, name="scale"), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(np.ones((8, 2)), np.ones((8, 1)), verbose=0)
print(len(model.trainable_weights), "weights are trained")
