# LT206 in another program
import types
import numpy as np, tensorflow as tf, keras
from keras import layers

class Settings: mode = "train"
class Moded(layers.Layer):
    def __init__(self, settings, **kw): super().__init__(**kw); self.settings = settings
    def call(self, x): return x if self.settings.mode == "train" else 2.0 * x
class Scaled(layers.Layer):
    def __init__(self, table, **kw): super().__init__(**kw); self.table, self.by = table, {"scale": 1.0}
    def call(self, x): return x * self.table * self.by["scale"]
settings, unchanged = Settings(), types.SimpleNamespace(mode="train")
moded, steady = Moded(settings, name="moded"), Moded(unchanged, name="steady")
arrays, items = Scaled(np.ones(2, "float32"), name="arrays"), Scaled(np.ones(2, "float32"), name="items")
active = layers.Dense(2, activation="relu", name="active")
model = keras.Sequential([keras.Input((2,)), moded, steady, arrays, items, active])
x = np.ones((1, 2), "float32")
model.predict(x, verbose=0)
settings.mode, arrays.table, items.by["scale"] = "serve", np.full(2, 3.0, "float32"), 4.0  # finds: LT206 moded, LT206 arrays, LT206 items
active.activation = keras.activations.sigmoid  # finds: LT206 active
model.predict(x, verbose=0)
