"""Only the optimizer is created before the distribution is set."""

import os

os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=4")

import keras
import numpy as np

optimizer = keras.optimizers.Adam(0.01)  # finds: LT109
keras.distribution.set_distribution(keras.distribution.DataParallel())
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)])
model.compile(optimizer, "mse")
model.fit(np.ones((8, 6)), np.ones((8, 4)), batch_size=4, verbose=0)
