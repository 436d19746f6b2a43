# SOURCE: https://github.com/tensorflow/tensorflow/issues/39583
# MENDED: twin of 74_statistics_in_a_numpy_attribute.py, nothing is wrong here
# OUTCOME: silent
import os
import tempfile
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


@keras.saving.register_keras_serializable("pair")
class Whiten(layers.Layer):
    def build(self, input_shape):
        self.mean = self.add_weight(shape=(input_shape[-1],), initializer="zeros", trainable=False, name="mean")
        self.deviation = self.add_weight(shape=(input_shape[-1],), initializer="ones", trainable=False, name="deviation")

    def learn(self, x):
        self.mean.assign(x.mean(axis=0))
        self.deviation.assign(x.std(axis=0))

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
