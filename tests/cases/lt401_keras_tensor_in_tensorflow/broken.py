# A KerasTensor is passed to a TensorFlow function
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

inp = keras.Input((4,))
y = tf.reduce_sum(inp, axis=-1)  # finds: LT401 input_layer
