# "Dropout changes nothing" (https://github.com/kuanghuei/clean-net/issues/2)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Scorer(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden, self.out = layers.Dense(64, activation="relu"), layers.Dense(1)
        self.forget = layers.Dropout(0.8, name="forget")
    def build(self, shape):
        self.hidden.build(shape)
        self.out.build((None, 64))
        self.built = True
    def call(self, x, training=None):
        h = self.hidden(x)
        dropped = self.forget(h, training=training)  # finds: LT315 forget
        return self.out(h)
scorer = Scorer()
run = tf.function(lambda x: scorer(x, training=True))
x = tf.ones((4, 3))
print("different", bool(tf.reduce_any(run(x) != run(x))))
