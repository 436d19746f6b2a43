# keras.random without a seed draws from a generator of Keras, which is created at the first use
import keras
import numpy as np


class Noise(keras.layers.Layer):
    def call(self, x):
        return x + keras.random.normal(keras.ops.shape(x))


class Sampling(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(3)

    def call(self, x):
        return x + keras.random.uniform(keras.ops.shape(x), seed=self.seed_generator)


noise = Noise()
print(noise(np.zeros((2, 2), "float32")).shape)
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2), Noise(), Sampling()])
model.compile("sgd", "mse")
model.fit(np.ones((4, 2)), np.ones((4, 2)), verbose=0)
