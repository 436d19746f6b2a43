# LT301 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Decoder(layers.Layer):
    def __init__(self, complete, **kw):
        super().__init__(**kw)
        self.complete, self.steps = complete, [layers.Dense(3, name=f"step_{i}_{kw['name']}") for i in range(3)]
    def build(self, shape):  # finds: LT301 forgetful
        for step in self.steps if self.complete else self.steps[:2]:
            step.build(shape)
    def call(self, x):
        for step in self.steps: x = step(x)
        return x
decoders = Decoder(True, name="whole"), Decoder(False, name="forgetful")
x = np.ones((2, 3), "float32")
for decoder in decoders: x = decoder(x)
