"""The model is created before the distribution is set, so its weights are on one device."""

import os

os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=4")

import keras
import numpy as np

model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)], name="net")  # finds: LT109 net
keras.distribution.set_distribution(keras.distribution.DataParallel())
model.compile("adam", "mse")
model.fit(np.ones((8, 6)), np.ones((8, 4)), batch_size=4, verbose=0)
