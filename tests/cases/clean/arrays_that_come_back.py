# Not LT612: arrays that the config, __init__ or the layer's own methods bring back, or that call does not use.
import numpy as np, keras
from keras import layers, ops

@keras.saving.register_keras_serializable("clean")
class Offsets(layers.Layer):
    def __init__(self, offsets, **kw): super().__init__(**kw); self.offsets = np.asarray(offsets, "float32")
    def call(self, x): return x + self.offsets
    def get_config(self): return {**super().get_config(), "offsets": self.offsets.tolist()}

@keras.saving.register_keras_serializable("clean")
class Waves(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.table = np.sin(np.arange(2.0)).astype("float32"); self.seen = None
    def call(self, x): return x * self.table
    def look(self, x): self.seen = np.asarray(x)

@keras.saving.register_keras_serializable("clean")
class Bank(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.bank = np.zeros((2,), "float32")
    def call(self, x): return x - self.bank
    def save_own_variables(self, store): store["bank"] = self.bank
    def load_own_variables(self, store): self.bank = np.array(store["bank"])

x = np.ones((2, 2), "float32")
model = keras.Sequential([keras.Input((2,)), Offsets([1.0, 2.0]), Waves(), Bank()])
model.layers[1].look(x); model.layers[2].bank = np.full((2,), 3.0, "float32")
before = model.predict(x, verbose=0); model.save("arrays.keras")
assert np.allclose(keras.models.load_model("arrays.keras").predict(x, verbose=0), before)
