# The last layer has a name of its own
import keras
import numpy as np
from keras import layers


class Scorer(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(8, activation="relu")
        self.output_layer = layers.Dense(1)

    def build(self, input_shape):
        self.hidden.build(input_shape)
        self.output_layer.build((None, 8))

    def call(self, x):
        return self.output_layer(self.hidden(x))


print("scores:", Scorer(name="scorer")(np.ones((2, 3), "float32")).shape)
