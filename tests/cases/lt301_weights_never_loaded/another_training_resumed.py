# LT301 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Two(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.a, self.b = layers.Dense(3), layers.Dense(1)
    def build(self, shape): self.a.build(shape)  # finds: LT301 resumed
    def call(self, x): return self.b(self.a(x))
model = Two(name="resumed"); model.compile("adam", "mse")
model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
model.save("two.keras")
again = keras.models.load_model("two.keras", custom_objects={"Two": Two})
