# A sigmoid in front of a loss of logits; another sigmoid, a gate of channels, is as it should be
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf
from keras import layers

x = np.random.default_rng(0).normal(size=(32, 1)).astype("float32")
inputs = keras.Input((1,))
gate = layers.Activation("sigmoid", name="gate")(layers.Dense(1)(inputs))
outputs = layers.Dense(1, activation="sigmoid", name="score")(layers.Multiply()([inputs, gate]))  # finds: LT531 score
model = keras.Model(inputs, outputs, name="net")


def loss_of(y_true, y_pred):
    return tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(y_true, "float32"), y_pred)


model.compile("adam", loss_of)
model.fit(x, (x > 0).astype("float32"), verbose=0)
