# SOURCE: https://github.com/tensorflow/tensorflow/issues/36883
# MENDED: twin of 41_what_was_remembered_is_not_saved.py, nothing is wrong here
# OUTCOME: silent
import os
import tempfile
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


@keras.saving.register_keras_serializable(package="novelty")
class Nearest(layers.Layer):
    """Distance to the nearest of the remembered points."""

    def __init__(self, size, width, **kwargs):
        super().__init__(**kwargs)
        self.size, self.width = size, width
        self.bank = self.add_weight(shape=(size, width), initializer="zeros", trainable=False, name="bank")

    def remember(self, points):
        self.bank.assign(np.asarray(points, "float32")[:self.size])

    def call(self, x):
        apart = ops.expand_dims(x, 1) - ops.expand_dims(ops.convert_to_tensor(self.bank), 0)
        return ops.min(ops.sum(ops.square(apart), axis=-1), axis=1, keepdims=True)

    def get_config(self):
        return {**super().get_config(), "size": self.size, "width": self.width}


inp = keras.Input((5,))
features = layers.Dense(3, activation="tanh", name="features")(inp)
novelty = keras.Model(inp, Nearest(20, 3, name="nearest")(features), name="novelty")
x = np.random.default_rng(0).normal(size=(20, 5)).astype("float32")
body = keras.Model(inp, features, name="body")
novelty.get_layer("nearest").remember(body.predict(x, verbose=0))
before = novelty.predict(x, verbose=0)
path = os.path.join(tempfile.mkdtemp(), "novelty.keras")
novelty.save(path)
again = keras.models.load_model(path)
print("novelty of the known points %.4f, after loading %.4f" % (before.mean(), again.predict(x, verbose=0).mean()))
