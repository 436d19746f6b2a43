# Another program with LT503
import numpy as np, tensorflow as tf, keras
from keras import layers

class Weighted(layers.Layer):
    def call(self, x):
        share = tf.cast(x > 0, tf.float32)
        return tf.reduce_mean(x * share, axis=-1)  # finds: LT503 weighted
Weighted(name="in_full")(np.ones((1, 2), "float32"))
Weighted(dtype="mixed_float16", name="weighted")(np.ones((1, 2), "float32"))
