"""A cross-validation, models that a function of the program trains, and stages of one model."""

import jax
import keras
import numpy as np

x, y = np.ones((16, 4), "float32"), np.ones((16, 2), "float32")


def net():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])


for _ in range(5):  # a fold each
    model = net()
    model.compile("sgd", "mse")
    model.fit(x, y, batch_size=8, verbose=0)
    model.evaluate(x, y, batch_size=8, verbose=0)
    model.predict(x, verbose=0)


def loss(trainable, model, x):
    return (model.stateless_call(trainable, [], x)[0] ** 2).mean()


for _ in range(5):
    model = net()
    step = jax.jit(jax.grad(lambda trainable, x: loss(trainable, model, x)))
    trainable = [v.value for v in model.trainable_variables]
    for _ in range(5):
        trainable = [value - 0.1 * gradient for value, gradient in zip(trainable, step(trainable, x))]
    for variable, value in zip(model.trainable_variables, trainable):
        variable.assign(value)
    model.predict(x, verbose=0)

model = net()
for rate in (0.5, 0.4, 0.3, 0.2, 0.1):
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(x, y, batch_size=8, verbose=0)
first = model.get_weights()
for _ in range(5):
    model.set_weights(first)
    model.compile("adam", "mse")
    model.fit(x, y, batch_size=8, verbose=0)
