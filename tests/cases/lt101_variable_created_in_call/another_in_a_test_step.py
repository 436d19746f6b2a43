# LT101 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Scored(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.d = layers.Dense(1)
    def build(self, shape): self.d.build(shape)
    def call(self, x): return self.d(x)
    def test_step(self, data):
        x, y = data
        bias = tf.Variable(0.5)  # finds: LT101 scored
        return {"off": tf.reduce_mean(self(x) - y) + bias}
model = Scored(name="scored"); model.compile("sgd", "mse")
model.evaluate(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
