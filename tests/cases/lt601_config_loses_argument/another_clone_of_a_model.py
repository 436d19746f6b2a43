# Another program with LT601
import numpy as np, tensorflow as tf, keras
from keras import layers

class Pad(layers.Layer):
    def __init__(self, before, after=0, **kw):
        super().__init__(**kw); self.before, self.after = before, after
    def get_config(self): return {**super().get_config(), "before": self.before}  # finds: LT601 pad
    def call(self, x): return keras.ops.pad(x, ((0, 0), (self.before, self.after)))
    def compute_output_shape(self, shape): return (shape[0], shape[1] + self.before + self.after)
model = keras.Sequential([keras.Input((3,)), Pad(1, after=2)])
keras.models.clone_model(model)
