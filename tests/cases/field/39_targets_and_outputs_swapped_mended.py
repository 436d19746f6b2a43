# SOURCE: https://github.com/keras-team/keras/issues/6330
# MENDED: twin of 39_targets_and_outputs_swapped.py, nothing is wrong here
# OUTCOME: silent
import numpy as np, tensorflow as tf, keras
from keras import layers

def weighted(target, prediction):
    return keras.losses.binary_crossentropy(target, prediction) * 2.0

x = np.random.rand(64, 4).astype("float32")
y = (x[:, :1] > 0.5).astype("float32")
judge = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")], name="judge")
judge.compile("adam", weighted)
judge.fit(x, y, epochs=2, verbose=0)
