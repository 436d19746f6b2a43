# The softmax of scores [batch, steps, 1] over their last axis
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")

class Pool(layers.Layer):
    def build(self, shape):
        self.point = self.add_weight(shape=(shape[-1], 1), name="point")
    def call(self, steps):
        weights = tf.nn.softmax(tf.matmul(steps, self.point))  # finds: LT533 pool
        return tf.reduce_sum(weights * steps, axis=1)

model = keras.Sequential([keras.Input((7, 3)), Pool(name="pool"), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(np.ones((8, 7, 3)), np.ones((8, 1)), verbose=0)
