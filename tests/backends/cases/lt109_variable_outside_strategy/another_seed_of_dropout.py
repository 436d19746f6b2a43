"""A model without weights yet is created too early, and its dropout already has the state of a seed."""

import os

os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=4")

import keras
import numpy as np

distribution = keras.distribution.DataParallel(devices=keras.distribution.list_devices())
drop = keras.layers.Dropout(0.5, name="drop")  # finds: LT109 net
model = keras.Sequential([drop, keras.layers.Dense(4)], name="net")
keras.distribution.set_distribution(distribution)
model.compile("adam", "mse")
model.fit(np.ones((8, 6)), np.ones((8, 4)), batch_size=4, verbose=0)
