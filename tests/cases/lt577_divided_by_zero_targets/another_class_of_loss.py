# The loss as an object, in a compile of several lines, and targets of two columns
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
load = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="load")
load.compile(  # finds: LT577 load
    optimizer="adam",
    loss=keras.losses.MeanAbsolutePercentageError(),
    metrics=["mae"],
)
load.fit(x, np.maximum(x[:, :2], 0), epochs=1, verbose=0)
