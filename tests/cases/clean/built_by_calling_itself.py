import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self): super().__init__(); self.hidden, self.drop, self.out = layers.Dense(3), layers.Dropout(0.1), layers.Dense(1)
    def build(self, shape): self.call(keras.Input(batch_shape=shape)); self.built = True
    def call(self, x): return self.out(self.drop(self.hidden(x)))
class Direct(keras.Model):
    def __init__(self): super().__init__(); self.out = layers.Dense(1)
    def build(self, shape): self.out(tf.zeros((1, shape[-1]))); self.built = True
    def call(self, x): return self.out(x)
x = np.ones((4, 3), "float32")
Net()(x), Direct()(x)
