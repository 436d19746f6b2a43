# LT106 in another program: https://stackoverflow.com/questions/61163759 (a Lambda that calls a layer has no weights)
import numpy as np, keras
from keras import layers

class Mix(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.dense = layers.Dense(3)
    def build(self, shape): self.dense.build(shape)
    def call(self, x): return x + self.dense(x)

project, mix = layers.Dense(3, name="project"), Mix(name="mix")
inp = keras.Input((3,))
h = layers.Lambda(lambda t: project(t))(inp)  # finds: LT106 project
h = layers.Lambda(lambda t: mix(t) * 2.0)(h)  # finds: LT106 mix
model = keras.Model(inp, layers.Dense(1)(h), name="model")
model.compile("sgd", "mse")
model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
