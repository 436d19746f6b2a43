"""The scope ends before the model is built, so its weights are on one device, and it trains there."""

import os

os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=4")

import keras
import numpy as np

distribution = keras.distribution.DataParallel(devices=keras.distribution.list_devices())
with distribution.scope():
    model = keras.Sequential([keras.layers.Dense(4, name="dense")])
    model.compile("adam", "mse")
model.fit(np.ones((8, 6)), np.ones((8, 4)), batch_size=4, verbose=0)  # finds: LT109 dense
