# Not LT601, not LT105: the layers save and load what is not in their config or weights.
import numpy as np, tensorflow as tf, keras
from keras import layers

@keras.saving.register_keras_serializable("clean")
class Vocabulary(layers.Dense):
    def __init__(self, units=2, words=None, **kw): super().__init__(units, **kw); self.words = words
    def save_assets(self, folder): open(f"{folder}/words.txt", "w").write(self.words)
    def load_assets(self, folder): self.words = open(f"{folder}/words.txt").read()

@keras.saving.register_keras_serializable("clean")
class Keeper(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.kept = tf.Variable(np.random.random((2,)), dtype="float32")
    def save_own_variables(self, store): super().save_own_variables(store); store["kept"] = self.kept.numpy()
    def load_own_variables(self, store): self.kept.assign(store["kept"])
    def call(self, x): return x * self.kept

model = keras.Sequential([keras.Input((3,)), Vocabulary(2, words="one two"), Keeper()])
x = np.ones((1, 3), "float32"); before = model.predict(x, verbose=0)
model.save("own.keras")
again = keras.models.load_model("own.keras")
assert again.layers[0].words == "one two" and np.allclose(again.predict(x, verbose=0), before)
