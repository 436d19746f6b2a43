# LT301 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.body, self.head = layers.Dense(4), layers.Dense(1)
    def build(self, shape):
        self.body.build(shape); self.head.build((None, 4))
    def call(self, x): return self.head(self.body(x))

x = np.random.rand(2, 4).astype("float32")
m = Net(); y = m(x)
m.save("net.keras")
m2 = keras.models.load_model("net.keras", custom_objects={"Net": Net})
print("same prediction after reload:", np.allclose(y, m2(x)))
