# LT105 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Codes(layers.Layer):
    def __init__(mine, sizes, **kw):
        super().__init__(**kw)
        mine.gains = [tf.Variable(tf.ones(n)) for n in sizes]  # finds: LT105 codes
        mine.mean = tf.Variable(0.0, trainable=False)  # finds: LT105 codes
        mine.limit = tf.Variable(9.0, trainable=False)  # finds: LT105 codes
    def call(mine, x):
        mine.mean.assign(0.9 * mine.mean + 0.1 * tf.reduce_mean(x))
        return x * mine.gains[0] * mine.gains[1] - tf.minimum(mine.mean, mine.limit)
Codes((2, 2), name="codes")(np.ones((1, 2), "float32"))
