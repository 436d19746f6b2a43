"""A jitted step passes the weights on, and its loss calls the model without them."""

import jax
import keras
import numpy as np

net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name="net")
optimizer = keras.optimizers.SGD(0.1)
optimizer.build(net.trainable_variables)
mse = keras.losses.MeanSquaredError()


def compute_loss(weights, features, targets):
    return mse(targets, net(features, training=True))  # finds: LT412 net


@jax.jit
def step(weights, moments, features, targets):
    loss, gradients = jax.value_and_grad(compute_loss)(weights, features, targets)
    weights, moments = optimizer.stateless_apply(moments, gradients, weights)
    return loss, weights, moments


features = np.random.rand(16, 3).astype("float32")
targets = features[:, :2]
weights = [v.value for v in net.trainable_variables]
moments = [v.value for v in optimizer.variables]
for _ in range(3):
    loss, weights, moments = step(weights, moments, features, targets)
for variable, value in zip(net.trainable_variables, weights):
    variable.assign(value)
print(net.predict(features, verbose=0).shape)
