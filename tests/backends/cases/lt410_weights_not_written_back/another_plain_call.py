"""The weights are a list of their own, and the model is called with its initial weights."""

import jax
import keras
import numpy as np

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)], name="net"
)
optimizer = keras.optimizers.SGD(0.1)
optimizer.build(model.trainable_variables)


def loss_fn(weights, x, y):
    outputs, _ = model.stateless_call(weights, [], x, training=True)
    return keras.ops.mean((outputs - y) ** 2)


@jax.jit
def step(weights, moments, x, y):
    gradients = jax.grad(loss_fn)(weights, x, y)
    weights, moments = optimizer.stateless_apply(moments, gradients, weights)
    return weights, moments


x, y = np.random.rand(16, 4).astype("float32"), np.ones((16, 1), "float32")
weights = [v.value for v in model.trainable_variables]
moments = [v.value for v in optimizer.variables]
for _ in range(3):
    weights, moments = step(weights, moments, x, y)
print(model(x).mean())  # finds: LT410 net
