# "Accuracy 0.0 while the loss falls" (https://github.com/keras-team/keras/issues/18796)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = (x[:, :1] > 0).astype("int32")

class Flowers(keras.Model):
    def __init__(self):
        super().__init__(name="flowers")
        self.kind = layers.Dense(2, activation="softmax")
    def call(self, x): return self.kind(x)

flowers = Flowers()
flowers.compile("adam", "sparse_categorical_crossentropy", metrics=[keras.metrics.Accuracy()])  # finds: LT532 flowers
flowers.fit(x, y, verbose=0)
