"""A teacher is on one device and a student on several, and each runs where it is."""

import os

os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=4")

import keras
import numpy as np

teacher = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)], name="teacher")
x = np.ones((8, 6), "float32")
targets = teacher.predict(x, verbose=0)
with keras.distribution.DataParallel(devices=keras.distribution.list_devices()).scope():
    student = keras.Sequential([keras.layers.Dense(4)], name="student")
    student.compile("adam", "mse")
    student.fit(x, targets, batch_size=4, verbose=0)
