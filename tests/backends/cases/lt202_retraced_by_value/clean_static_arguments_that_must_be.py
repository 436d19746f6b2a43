"""Static arguments are sizes, modes, conditions, and models that live as long as the program."""

import functools

import jax
import jax.numpy as jnp
import keras
import numpy as np

models = [keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]) for _ in range(5)]
x = np.ones((8, 4), "float32")


@functools.partial(jax.jit, static_argnames=("count",))
def best(x, count):
    return jax.lax.top_k(x, count)[0]


@functools.partial(jax.jit, static_argnames=("times",))
def repeated(x, times):
    for _ in range(times):
        x = x + times
    return x


@functools.partial(jax.jit, static_argnames=("rate",))
def dropped(x, rate):
    if rate > 0.25:
        return x * rate
    return x


@functools.partial(jax.jit, static_argnames=("times",))
def tiled(x, times):
    rows = x.shape[0]
    total = rows * times
    return jnp.zeros((total, 4))


@functools.partial(jax.jit, static_argnames=("times",))
def stacked(x, times):
    return jnp.concatenate([x] * times)


@functools.partial(jax.jit, static_argnames=("power",))
def raised(x, power):
    return x**power


@functools.partial(jax.jit, static_argnames=("times", "depth"))
def deep(x, times, depth):
    for _ in range(times * depth):
        x = x + 1
    return x


@functools.partial(jax.jit, static_argnames=("mode",))
def reduced(x, mode):
    return getattr(jnp, mode)(x)


@functools.partial(jax.jit, static_argnames=("model",))
def applied(model, x):
    return model(x)


outputs = []
for count in (1, 2, 3, 4):
    outputs.append(best(x, count))
    outputs.append(repeated(x, count))
    outputs.append(tiled(x, count))
    outputs.append(stacked(x, count))
    outputs.append(raised(x, count))
    outputs.append(deep(x, count, 2))
    outputs.append(dropped(x, 0.1 * count))
for mode in ("min", "max", "mean", "sum", "prod"):
    outputs.append(reduced(x, mode))
for model in models:
    outputs.append(applied(model, x))
print(len(outputs))


class Scale:
    def __init__(self, factor):
        self.factor = factor


@functools.partial(jax.jit, static_argnames=("scale",))
def scaled(x, scale):
    return x * scale.factor


for factor in range(5):
    outputs.append(scaled(x, Scale(factor)))
