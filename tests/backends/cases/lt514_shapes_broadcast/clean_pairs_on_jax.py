"""A step on JAX asks for all pairs, uses weights as many as rows, and gives losses of Keras two ranks."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras import ops

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


class Scaled(keras.layers.Layer):
    """Multiplies a column by as many numbers as the batch has rows."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.gate = keras.layers.Dense(1)

    def build(self, shape):
        self.gate.build(shape)
        self.scale = self.add_weight(shape=(8,), name="scale")

    def call(self, x):
        return self.gate(x) * self.scale


net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="net")
scaled = Scaled(name="scaled")
scaled.build((None, 3))
mse = keras.losses.MeanSquaredError()
levels = np.linspace(-1, 1, 8, dtype="float32")
sizes = [len(net.trainable_variables), len(scaled.trainable_variables)]


def loss_of(weights, x, y, better):
    scores, _ = net.stateless_call(weights[: sizes[0]], [], x)
    wide, _ = scaled.stateless_call(weights[sizes[0] :], [], x)
    loss = mse(y, scores) + jnp.mean(wide**2) + jnp.mean((scores - levels) ** 2)
    loss += jnp.mean((scores - y[:, None]) ** 2) + jnp.abs(scores - y[None]).mean()
    loss += jnp.abs(scores - jnp.expand_dims(y, 0)).mean() + jnp.abs(scores - scores.T).mean()
    flat = scores[:, 0]
    loss += jnp.mean(jax.nn.relu(1 - (flat[:, None] - flat))) + ops.mean(ops.abs(scores - scores[:, 0]))
    loss += jnp.mean(jnp.where(better, jax.nn.relu(scores - y), 0.0))
    loss += jnp.mean((scores[:1] - y[:1]) ** 2)
    kernel = jnp.exp(-((scores - y) ** 2))
    return loss + jnp.mean((kernel / kernel.sum(axis=1, keepdims=True)) @ flat)


@jax.jit
def step(weights, x, y, better):
    gradients = jax.grad(loss_of)(weights, x, y, better)
    return [w - 0.01 * g for w, g in zip(weights, gradients)]


variables = net.trainable_variables + scaled.trainable_variables
weights = [v.value for v in variables]
y = x[:, 0]
for _ in range(3):
    weights = step(weights, x, y, y[:, None] > y)
for variable, value in zip(variables, weights):
    variable.assign(value)

model = keras.Sequential([keras.Input((3,)), Scaled()])
model.compile("sgd", "mse")
model.fit(x, x[:, :1] * levels, batch_size=8, verbose=0)
net.compile("sgd", "mae")
net.fit(x, y, batch_size=8, sample_weight=np.ones(8), verbose=0)
