import numpy as np, tensorflow as tf, keras
from keras import layers

class Ready(layers.Layer):
    def __init__(self, n): super().__init__(); self.w = self.add_weight(shape=(n,), name="w"); self.built = True
    def call(self, x): return x * self.w
class Plain(layers.Layer):
    def __init__(self): super().__init__(); self.built = True
    def call(self, x): return x + 1
keras.Sequential([keras.Input((3,)), Ready(3), Plain()]).predict(np.ones((2, 3)), verbose=0)
norm = layers.Normalization(); norm.adapt(np.ones((4, 3))); norm(np.ones((1, 3)))
dense = layers.Dense(2); dense.build((None, 3)); dense(np.ones((1, 3), "float32")); dense.call(tf.ones((1, 3)))
