# Another program with LT601
import numpy as np, tensorflow as tf, keras
from keras import layers

class Gate(layers.Layer):
    def __init__(self, strength=0.5, **kw): super().__init__(**kw); self.strength = strength
    def get_config(self): return super().get_config()  # finds: LT601 strong
    def call(self, x): return x * self.strength
inputs = keras.Input((3,))
x = Gate(name="plain")(inputs)
x = Gate(strength=2.0, name="strong")(x)
model = keras.Model(inputs, Gate(0.5, name="as_ever")(x))
keras.models.clone_model(model)
