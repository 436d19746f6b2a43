# LT208 in another program
import numpy as np, keras
from keras import layers, ops

class Sampling(layers.Layer):
    def __init__(self, seed=1337, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
    def call(self, inputs):
        mean, log_var = inputs
        eps = keras.random.normal(ops.shape(mean), seed=self.seed)  # finds: LT208 sampling
        return mean + ops.exp(0.5 * log_var) * eps
inputs = keras.Input((4,))
outputs = Sampling()([layers.Dense(2)(inputs), layers.Dense(2)(inputs)])
model = keras.Model(inputs, layers.Dense(4)(outputs))
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones((32, 4)), batch_size=8, verbose=0)
