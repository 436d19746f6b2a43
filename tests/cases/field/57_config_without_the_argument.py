# SOURCE: https://github.com/tensorflow/tensorflow/issues/42830
# SYMPTOM: a saved model with a layer of one's own answers otherwise after load_model; no error, all weights are right
# CULPRIT: clip
# LINE: 26
# FIX: return the argument in get_config: {**super().get_config(), "limit": self.limit}
# OUTCOME: silent
# IDEAL: clip was made with limit=0.25 but its get_config does not return limit: the loaded clip has the default 1.0.
import os
import tempfile
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


@keras.saving.register_keras_serializable("pair")
class SoftClip(layers.Layer):
    def __init__(self, limit=1.0, **kwargs):
        super().__init__(**kwargs)
        self.limit = limit

    def call(self, x):
        return self.limit * ops.tanh(x / self.limit)

    def get_config(self):
        return super().get_config()


model = keras.Sequential([keras.Input((4,)), layers.Dense(6, name="hidden"), SoftClip(0.25, name="clip"), layers.Dense(1, name="out")])
model.compile("adam", "mse")
x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
model.fit(x, x[:, :1], verbose=0)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "model.keras")
    model.save(path)
    loaded = keras.models.load_model(path)
print("same after loading:", np.allclose(model.predict(x, verbose=0), loaded.predict(x, verbose=0), atol=1e-5))
