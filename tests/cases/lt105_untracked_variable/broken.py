# Raw tf.Variable attribute is untracked in Keras 3
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Gain(layers.Layer):
    def __init__(self):
        super().__init__(); self.a = tf.Variable(1.0)  # finds: LT105 gain
    def call(self, x): return x * self.a
g = Gain(); m = keras.Sequential([keras.Input((2,)), g])
m.compile("sgd", "mse"); m.fit(np.ones((4, 2)), np.zeros((4, 2)), verbose=0)
print("tracked:", len(g.weights), "value after training:", float(g.a.numpy()))
