"""Each model, rate and size has a function of its own, and each agent keeps one that runs often."""

import jax
import keras
import numpy as np

x = np.ones((8, 4), "float32")


def net(units=2):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])


def compared(models):
    return [jax.jit(lambda x: model(x))(x) for model in models]


class Agent:
    def __init__(self):
        self.model = net()
        self.act = jax.jit(lambda x: self.model(x))


def trained(rate):
    model = net()

    @jax.jit
    def step(trainable, x):
        gradients = jax.grad(lambda t: (model.stateless_call(t, [], x)[0] ** 2).mean())(trainable)
        return [value - rate * gradient for value, gradient in zip(trainable, gradients)]

    trainable = [v.value for v in model.trainable_variables]
    for _ in range(20):
        trainable = step(trainable, x)
    return trainable


compared([net() for _ in range(6)])
for units in range(1, 7):
    print(jax.jit(lambda x: x.reshape(-1, 2 * units if units < 3 else 1))(x).shape)
for agent in [Agent() for _ in range(6)]:
    for _ in range(20):
        agent.act(x)
for rate in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6):
    trained(rate)
scored = net()


def scores():
    forward = jax.jit(lambda x: scored(x))
    return [forward(x) for _ in range(50)]


def warmed_up():
    forward = jax.jit(lambda x: scored(x))
    forward(x)
    return [forward(x) for _ in range(50)]


def returned():
    forward = jax.jit(lambda x: scored(x))
    forward(x)
    return forward


class Lazy:
    forward = None

    def score(self, x):
        if self.forward is None:
            self.forward = jax.jit(lambda x: scored(x))
        return self.forward(x)


for lazy in [Lazy() for _ in range(6)]:
    for _ in range(50):
        lazy.score(x)
for step in range(60):
    if step % 10 == 0:
        often = jax.jit(lambda x: scored(x))
    often(x)
for _ in range(6):
    scores()
    warmed_up()
    returned()
for size in range(1, 7):
    print(jax.jit(lambda x: x * 2)(x[:size]).shape)
for _ in range(4):  # not often
    print(jax.jit(lambda x: x + 1)(x).shape)
forward = jax.jit(net())
for _ in range(6):
    forward(x)
square = jax.jit(lambda x: x**2)
for shape in ((1, 4), (8, 4)):  # warms up
    square(np.ones(shape, "float32"))
for _ in range(6):
    square(x)
