# LT209 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Sort(layers.Layer):
    def call(self, x):
        y = tf.numpy_function(lambda a: np.sort(a), [x], tf.float32)  # finds: LT209 sorter
        return tf.ensure_shape(y, x.shape)
sorter = Sort(name="sorter")
@tf.function(jit_compile=True)
def ranked(x): return sorter(x * 2.0)
ranked(tf.ones((2, 2)))
