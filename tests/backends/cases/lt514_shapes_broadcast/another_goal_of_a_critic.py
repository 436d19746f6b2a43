"""A critic learns from `[batch]` rewards and a value of the next states, whose axis was squeezed."""

import jax
import jax.numpy as jnp
import keras
import numpy as np

critic = keras.Sequential(
    [keras.Input((3,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)], name="critic"
)


def loss_of(weights, target, batch):
    s, r, after, done = batch
    q, _ = critic.stateless_call(weights, [], s)
    v, _ = critic.stateless_call(target, [], after)
    goal = r + 0.9 * (1.0 - done) * v.max(axis=1)
    delta = q - jax.lax.stop_gradient(goal)  # finds: LT514 critic
    return jnp.mean(jnp.where(jnp.abs(delta) < 1, 0.5 * delta**2, jnp.abs(delta) - 0.5))


step = jax.jit(jax.grad(loss_of))
weights = [v.value for v in critic.trainable_variables]
rng = np.random.default_rng(0)
states = rng.normal(size=(16, 3)).astype("float32")
batch = (states, np.ones(16, "float32"), np.ones((16, 3), "float32"), np.zeros(16, "float32"))
for _ in range(3):
    weights = [w - 0.1 * g for w, g in zip(weights, step(weights, weights, batch))]
for variable, value in zip(critic.trainable_variables, weights):
    variable.assign(value)
