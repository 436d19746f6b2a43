# SOURCE: https://github.com/tensorflow/tensorflow/issues/44240
# MENDED: twin of 87_weights_loaded_before_build.py, nothing is wrong here
# OUTCOME: silent
import os
import tempfile
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Scorer(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(8, activation="relu", name="hidden")
        self.out = layers.Dense(1, name="out")

    def call(self, x):
        return self.out(self.hidden(x))


x = np.random.default_rng(0).normal(size=(32, 5)).astype("float32")
trained = Scorer(name="scorer")
trained.compile("adam", "mse")
trained.fit(x, x[:, :1], epochs=2, verbose=0)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "scorer.weights.h5")
    trained.save_weights(path)
    served = Scorer(name="scorer")
    served(x[:1])
    served.load_weights(path)
print("same:", np.allclose(trained.predict(x, verbose=0), served.predict(x, verbose=0), atol=1e-5))
