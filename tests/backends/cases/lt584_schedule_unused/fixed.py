"""The optimizer of Keras has a schedule."""

import keras
import numpy as np
import torch

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)], name="net")
rate = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=1, decay_rate=0.1)
model.compile(keras.optimizers.SGD(rate), "mse")
model.fit(torch.ones(8, 4), np.ones((8, 1)), epochs=3, verbose=0)
if float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)) > 0.001:
    raise ValueError("the rate has not fallen")
