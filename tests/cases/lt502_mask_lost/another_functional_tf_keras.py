# LT502 in another program: an op of TensorFlow between two layers of a functional model of tf_keras
import os
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import numpy as np, tensorflow as tf, tf_keras
from tf_keras import layers

ids = tf_keras.Input((None,), dtype="int32")
look_up = layers.Embedding(9, 4, mask_zero=True, name="words")
h = tf.nn.relu(look_up(ids))
h = layers.GRU(3, name="reader")(h)  # finds: LT502 reader
model = tf_keras.Model(ids, h)
short, padded = model(np.array([[1, 2]])), model(np.array([[1, 2, 0, 0]]))
print("padding changes nothing:", np.allclose(short, padded))
