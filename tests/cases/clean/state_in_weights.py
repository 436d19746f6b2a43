import numpy as np, tensorflow as tf, keras
from keras import layers

class Counter(layers.Layer):
    def build(self, shape):
        self.n = self.add_weight(shape=(), dtype="int64", initializer="zeros", trainable=False, name="n")
        self.alpha = self.add_weight(shape=(), initializer="ones", trainable=False, name="alpha")
        self.last = self.add_weight(shape=(2,), initializer="zeros", trainable=False, name="last")
    def call(self, x):
        self.n.assign_add(1); self.last.assign(keras.ops.mean(x, axis=0))
        return x * self.alpha
counter = Counter(); model = keras.Sequential([keras.Input((2,)), counter, layers.Dense(1)])
model.compile("sgd", "mse"); model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=2, verbose=0)
counter.alpha.assign(5.0); model.predict(np.ones((2, 2)), verbose=0)
