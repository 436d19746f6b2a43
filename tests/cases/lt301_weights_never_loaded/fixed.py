# LT301 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self, **k): super().__init__(**k); self.body, self.head = layers.Dense(4), layers.Dense(1)
    def build(self, s): self.body.build(s); self.head.build((None, 4))
    def call(self, x): return self.head(self.body(x))
m = Net(); m.compile("adam", "mse"); m.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
m.save("n.keras"); keras.models.load_model("n.keras", custom_objects={"Net": Net})
