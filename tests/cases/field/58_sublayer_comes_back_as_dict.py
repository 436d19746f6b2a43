# SOURCE: https://github.com/keras-team/keras-io/pull/1461
# SYMPTOM: a wrapper that takes a layer saves well and does not load: 'TrackedDict' object is not callable
# CULPRIT: residual
# LINE: 27
# FIX: a from_config that calls keras.saving.deserialize_keras_object on config["inner"]
# OUTCOME: raises TypeError
# IDEAL: residual gets its argument inner as a config dict when loaded: its from_config must deserialize it first.
import os
import tempfile
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


@keras.saving.register_keras_serializable("pair")
class Residual(layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x):
        return x + self.inner(x)

    def get_config(self):
        return {**super().get_config(), "inner": keras.saving.serialize_keras_object(self.inner)}


inputs = keras.Input((4,))
hidden = Residual(layers.Dense(4, activation="tanh", name="inner"), name="residual")(inputs)
model = keras.Model(inputs, layers.Dense(1, name="out")(hidden))
model.compile("adam", "mse")
x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
model.fit(x, x[:, :1], verbose=0)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "model.keras")
    model.save(path)
    loaded = keras.models.load_model(path)
print("same after loading:", np.allclose(model.predict(x, verbose=0), loaded.predict(x, verbose=0), atol=1e-5))
