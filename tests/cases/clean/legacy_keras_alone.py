import numpy as np, tensorflow as tf, keras
from keras import layers

import tf_keras
class Old(tf_keras.layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.v = tf.Variable(1.0)
    def build(self, shape): self.w = self.add_weight("w", shape=(shape[-1], 2)); super().build(shape)
    def call(self, x):
        if tf.reduce_mean(x) > 0: x = -x
        return tf.matmul(x, self.w) * self.v
model = tf_keras.Sequential([tf_keras.layers.Input((3,)), Old(), tf_keras.layers.Dropout(0.5), tf_keras.layers.BatchNormalization()])
model.compile("adam", "mse"); model.fit(np.ones((8, 3)), np.ones((8, 2)), batch_size=4, verbose=0)
model.predict(np.ones((3, 3)), batch_size=2, verbose=0)
