# SOURCE: https://github.com/keras-team/keras/issues/18796
# MENDED: twin of 25_accuracy_the_class.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, metrics

keras.utils.set_random_seed(0)


def iris_like(n):
    rng = np.random.default_rng(4)
    kind = rng.integers(0, 3, size=(n, 1))
    return (rng.normal(scale=0.2, size=(n, 4)) + kind).astype("float32"), kind


class Flowers(keras.Model):
    def __init__(self):
        super().__init__(name="flowers")
        self.inner = layers.Dense(12, activation="relu")
        self.kind = layers.Dense(3, activation="softmax")

    def call(self, x):
        return self.kind(self.inner(x))


x, y = iris_like(90)
flowers = Flowers()
flowers.compile(optimizer=keras.optimizers.Adam(0.05), loss=keras.losses.SparseCategoricalCrossentropy(),
                metrics=[metrics.SparseCategoricalAccuracy(name="accuracy")])
history = flowers.fit(x, y, epochs=15, verbose=0)
print("loss", round(history.history["loss"][-1], 3), "accuracy", round(history.history["accuracy"][-1], 3))
