"""A step writes over all variables in one tuple; the model is evaluated before it has the new ones."""

import jax
import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
y = x[:, :1]
net = keras.Sequential(
    [keras.Input((3,)), keras.layers.Dense(4), keras.layers.BatchNormalization(), keras.layers.Dense(1)],
    name="net",
)
net.compile(loss="mse")


def loss_of(weights, statistics, x, y):
    predicted, statistics = net.stateless_call(weights, statistics, x, training=True)
    return keras.ops.mean((predicted - y) ** 2), statistics


def train(state, x, y):
    weights, statistics = state
    (loss, statistics), grads = jax.value_and_grad(loss_of, has_aux=True)(weights, statistics, x, y)
    return ([w - 0.1 * g for w, g in zip(weights, grads)], statistics), loss


step = jax.jit(train, donate_argnums=(0,))
state = ([v.value for v in net.trainable_variables], [v.value for v in net.non_trainable_variables])
for _ in range(3):
    state, loss = step(state, x, y)
print(net.evaluate(x, y, verbose=0))  # finds: LT414 net
