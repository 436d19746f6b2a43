import numpy as np
import keras
from keras import layers


class Memory(layers.Layer):
    def build(self, input_shape):
        batch, dim = input_shape
        self.last = self.add_weight(shape=(batch, dim), initializer="zeros", trainable=False, name="last")  # finds: LT314 memory

    def call(self, x):
        out = x - self.last
        self.last.assign(x)
        return out


memory = Memory(name="memory")
model = keras.Sequential([memory, layers.Dense(1)])
print(model(np.random.rand(4, 3)).shape)
print(model(np.random.rand(2, 3)).shape)
