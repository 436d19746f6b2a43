import numpy as np, tensorflow as tf, keras
from keras import layers

class Regularized(layers.Layer):
    def __init__(self): super().__init__(); self.mean = keras.metrics.Mean(name="activity"); self.d = layers.Dense(2, kernel_regularizer="l2")
    def build(self, shape): self.d.build(shape)
    def call(self, x):
        y = self.d(x); self.add_loss(0.1 * keras.ops.mean(keras.ops.square(y))); self.mean.update_state(y)
        return y
model = keras.Sequential([keras.Input((3,)), Regularized(), Regularized(), layers.Dense(1)])
model.compile("adam", "mse"); model.fit(np.ones((8, 3)), np.ones((8, 1)), batch_size=4, epochs=2, verbose=0)
