# SOURCE: https://github.com/tensorflow/tensorflow/issues/39583
# SYMPTOM: a whitening layer learns its mean with a method of its own; the saved model, loaded again, does not whiten
# CULPRIT: whiten
# LINE: 20
# FIX: keep the statistics in non-trainable weights (add_weight(trainable=False)) and assign them
# OUTCOME: silent
# IDEAL: whiten keeps mean and deviation as numpy arrays: they are neither weights nor config, so the loaded layer has 0 and 1 again.
import os
import tempfile
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


@keras.saving.register_keras_serializable("pair")
class Whiten(layers.Layer):
    def build(self, input_shape):
        self.mean = np.zeros(input_shape[-1], "float32")
        self.deviation = np.ones(input_shape[-1], "float32")

    def learn(self, x):
        self.mean, self.deviation = x.mean(axis=0), x.std(axis=0)

    def call(self, x):
        return (x - self.mean) / self.deviation


rng = np.random.default_rng(0)
x = rng.normal(50.0, 8.0, size=(64, 3)).astype("float32")
model = keras.Sequential([keras.Input((3,)), Whiten(name="whiten"), layers.Dense(1, name="out")])
model.get_layer("whiten").learn(x)
model.compile("adam", "mse")
model.fit(x, x[:, :1] / 50.0, epochs=2, verbose=0)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "model.keras")
    model.save(path)
    loaded = keras.models.load_model(path)
print("same after loading:", np.allclose(model.predict(x, verbose=0), loaded.predict(x, verbose=0), atol=1e-3))
