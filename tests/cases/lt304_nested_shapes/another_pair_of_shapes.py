import numpy as np
import keras
from keras import layers


class Bilinear(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        dim = input_shape[-1]  # finds: LT304 bilinear
        self.w = self.add_weight(shape=(dim, self.units), initializer="glorot_uniform", name="w")

    def call(self, inputs):
        a, b = inputs
        return keras.ops.matmul(a * b, self.w)


user = keras.Input((8,), name="user")
item = keras.Input((8,), name="item")
score = Bilinear(1, name="bilinear")([user, item])
model = keras.Model([user, item], score)
print(model.predict([np.ones((2, 8)), np.ones((2, 8))], verbose=0))
