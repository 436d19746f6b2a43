import numpy as np, tensorflow as tf, keras
from keras import layers

class Noise(layers.Layer):
    def __init__(self): super().__init__(); self.seed = keras.random.SeedGenerator(7)
    def call(self, x, training=None):
        return x + keras.random.normal(keras.ops.shape(x), seed=self.seed) if training else x
class NoiseOfArgument(layers.Layer):  # the attribute has the name of an argument, and holds a generator
    def __init__(self, seed=1337): super().__init__(); self.seed = keras.random.SeedGenerator(seed)
    def call(self, x): return x + keras.random.normal(keras.ops.shape(x), seed=self.seed)
rng = np.random.default_rng(0)
model = keras.Sequential([keras.Input((2,)), Noise(), NoiseOfArgument(), layers.GaussianNoise(0.1), layers.Dropout(0.5, seed=3)])
model.compile("sgd", "mse")
for _ in range(2): model.fit(rng.normal(size=(4, 2)), rng.normal(size=(4, 2)), verbose=0)
layers.Dense(2, kernel_initializer=keras.initializers.RandomNormal(seed=1))(np.ones((1, 2), "float32"))
