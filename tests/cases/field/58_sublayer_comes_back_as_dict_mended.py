# SOURCE: https://github.com/keras-team/keras-io/pull/1461
# MENDED: twin of 58_sublayer_comes_back_as_dict.py, nothing is wrong here
# OUTCOME: silent
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

    @classmethod
    def from_config(cls, config):
        inner = keras.saving.deserialize_keras_object(config.pop("inner"))
        return cls(inner, **config)


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
