# Kernels that begin equal and become different, or do not have to: heads, residual branches, gates, pruned units.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(10)
rng = np.random.default_rng(10)
x = rng.normal(size=(64, 6)).astype("float32")
y = rng.integers(0, 3, size=64)

# A head of zeros: each class has its gradient. A residual branch that begins as nothing, and a gate.
inputs = keras.Input((6,))
h = layers.Dense(6, "relu")(inputs)
h = layers.Add()([h, layers.Dense(6, kernel_initializer="zeros")(layers.Dense(8, "relu")(h))])
h = layers.Multiply()([h, layers.Dense(6, "sigmoid", kernel_initializer="zeros")(h)])
outputs = layers.Dense(3, "softmax", kernel_initializer="zeros")(h)
model = keras.Model(inputs, outputs)
model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
model.layers[1].enable_lora(2)
model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0)

# Hidden units of ones between random weights; a sum that is meant, which is frozen.
mean = layers.Dense(4, kernel_initializer="ones", use_bias=False, trainable=False, name="sums")
model = keras.Sequential([keras.Input((6,)), mean, layers.Dense(5, "tanh", kernel_initializer="ones"), layers.Dense(3)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(x, y, epochs=3, verbose=0)

# A layer that is pruned after its training, and one that was not trained long.
model = keras.Sequential([keras.Input((6,)), layers.Dense(4, "relu"), layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, epochs=2, verbose=0)
model.layers[0].kernel.assign(np.zeros((6, 4)))
model = keras.Sequential([keras.Input((6,)), layers.Dense(2, kernel_initializer="ones"), layers.Dense(1, kernel_initializer="ones")])
model.compile("sgd", "mse")
model.train_on_batch(x, y)


class Shift(layers.Layer):
    """A matrix with a row for each position, which is not a kernel."""

    def build(self, shape):
        self.rows = self.add_weight(shape=(3, 2), initializer="zeros", name="rows")

    def call(self, inputs):
        return inputs + keras.ops.mean(self.rows)


model = keras.Sequential([keras.Input((6,)), Shift(), layers.Dense(4), layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, epochs=3, verbose=0)
