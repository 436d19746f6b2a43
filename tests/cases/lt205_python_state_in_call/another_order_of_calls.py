# LT205 in another program: a list of which layer ran, which is read after the training
import numpy as np, keras
from keras import layers

log = []


class Logged(layers.Layer):
    def call(self, x):
        log.append(self.name)  # finds: LT205 first
        return x


class Block(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.ran = []

    def call(self, x):
        self.ran.append("block")  # finds: LT205 block
        return x


block = Block(name="block")
model = keras.Sequential([keras.Input((1,)), Logged(name="first"), block, layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((8, 1)), np.ones((8, 1)), batch_size=2, epochs=3, verbose=0)
print("each step is logged:", len(log) >= 12 and len(block.ran) >= 12)
