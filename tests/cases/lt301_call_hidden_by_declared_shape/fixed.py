# LT301 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Head(layers.Layer):
    def __init__(self, **k): super().__init__(**k); self.d = layers.Dense(7)
    def build(self, s):
        self.d.build(s)
        self.g = self.add_weight(shape=(7,), initializer="ones")
    def compute_output_shape(self, s): return (*s[:-1], 7)
    def call(self, x): return self.d(x) * self.g
inp = keras.Input((3,)); m = keras.Model(inp, Head()(inp)); n = m.count_params()
m.compile("adam", "mse"); m.fit(np.ones((8, 3)), np.ones((8, 7)), verbose=0)
print("params before fit", n, "after fit", m.count_params())
m.save("h.keras"); keras.models.load_model("h.keras", custom_objects={"Head": Head})
