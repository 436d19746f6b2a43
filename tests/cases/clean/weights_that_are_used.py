# Sample weights that a train_step passes on, and a loss of one number without weights
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = layers.Dense(1)
    def build(self, shape):
        self.out.build(shape)
        self.built = True
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y, weight = data
        with tf.GradientTape() as tape:
            p = self(x, training=True)
            loss = tf.reduce_mean(tf.square(y - p)[:, 0] * tf.cast(weight, p.dtype))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}
x, y, weight = np.ones((8, 2)), np.ones((8, 1)), np.arange(8.0)
net = Net()
net.compile("sgd")
net.fit(x, y, sample_weight=weight, verbose=0)
plain = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
plain.compile("sgd", lambda y, p: tf.reduce_mean(tf.square(y - p)))
plain.fit(x, y, verbose=0)
rows = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
rows.compile("sgd", lambda y, p: tf.reduce_mean(tf.square(y - p), axis=-1))
rows.fit(x, y, sample_weight=weight, verbose=0)
