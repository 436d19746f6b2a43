# SOURCE: https://github.com/keras-team/keras/issues/6330
# SYMPTOM: a loss with its two parameters in the other order: nothing is learned
# CULPRIT: judge
# LINE: 11
# FIX: def weighted(target, prediction)
# OUTCOME: silent
# IDEAL: binary_crossentropy is given the outputs of judge as targets, since Keras passes the targets first.
import numpy as np, tensorflow as tf, keras
from keras import layers

def weighted(prediction, target):
    return keras.losses.binary_crossentropy(target, prediction) * 2.0

x = np.random.rand(64, 4).astype("float32")
y = (x[:, :1] > 0.5).astype("float32")
judge = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")], name="judge")
judge.compile("adam", weighted)
judge.fit(x, y, epochs=2, verbose=0)
