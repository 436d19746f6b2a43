# Another program with LT601
import numpy as np, tensorflow as tf, keras
from keras import layers

class Position(layers.Layer):
    def __init__(self, length, width, **kw):  # finds: LT602 position
        super().__init__(**kw); self.length, self.width = length, width
    def get_config(self): return {**super().get_config(), "length": self.length, "dim": self.width}
    def call(self, x): return x
keras.models.clone_model(keras.Sequential([keras.Input((4, 2)), Position(4, 2, name="position")]))
