import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Robust(keras.Model):
    def __init__(self):
        super().__init__(name="robust")
        self.out = layers.Dense(1)
    def build(self, shape):
        self.out.build(shape)
        self.built = True
    def call(self, x): return self.out(x)
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):  # finds: LT515 robust
        return tf.reduce_mean(tf.abs(y - y_pred))
model = Robust()
model.compile("sgd")
model.fit(tf.data.Dataset.from_tensors((tf.ones((8, 1)), tf.ones((8, 1)), tf.range(8.0))), verbose=0)
