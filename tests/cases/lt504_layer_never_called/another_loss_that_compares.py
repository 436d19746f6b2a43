# "No gradients provided for any variable", with an F1 loss (https://github.com/keras-team/keras/issues/4175)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

def misses(truth, predicted):
    hard = keras.ops.cast(predicted > 0.5, "float32")  # finds: LT504
    return keras.ops.mean(keras.ops.abs(truth - hard), axis=-1)

gate = keras.Sequential([keras.Input((3,)), layers.Dense(1, activation="sigmoid")], name="gate")
gate.compile("adam", loss=misses)
gate.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
