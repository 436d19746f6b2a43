# SOURCE: https://github.com/keras-team/keras/issues/4871
# MENDED: twin of 38_config_hands_back_a_dict.py, nothing is wrong here
# OUTCOME: silent
import os
import tempfile
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


@keras.saving.register_keras_serializable(package="shop")
class Repeat(layers.Layer):
    def __init__(self, inner, times, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner
        self.times = times

    def build(self, shape):
        if not self.inner.built:
            self.inner.build(shape)

    def call(self, x):
        for _ in range(self.times):
            x = self.inner(x)
        return x

    def get_config(self):
        return {**super().get_config(), "times": self.times,
                "inner": keras.saving.serialize_keras_object(self.inner)}

    @classmethod
    def from_config(cls, config):
        config["inner"] = keras.saving.deserialize_keras_object(config["inner"])
        return cls(**config)


inp = keras.Input((4,))
h = Repeat(layers.Dense(4, activation="tanh"), 3, name="repeat")(inp)
model = keras.Model(inp, layers.Dense(1)(h), name="model")
x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
before = model.predict(x, verbose=0)
path = os.path.join(tempfile.mkdtemp(), "model.keras")
model.save(path)
again = keras.models.load_model(path)
print("loaded, differs by", round(float(np.abs(again.predict(x, verbose=0) - before).max()), 4))
