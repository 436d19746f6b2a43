# The statistics go from step to step and to the evaluation; in the end the program looks at the weights alone
import jax
import jax.numpy as jnp
import keras
import numpy as np

x, y = np.random.rand(64, 8).astype("float32"), np.random.rand(64, 1).astype("float32")
model = keras.Sequential(
    [keras.Input((8,)), keras.layers.Dense(4), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
)
optimizer = keras.optimizers.SGD(0.01)
optimizer.build(model.trainable_variables)


def loss_of(weights, others, x, y):
    out, others = model.stateless_call(weights, others, x, training=True)
    return jnp.mean((out - y) ** 2), others


@jax.jit
def step(state, x, y):
    weights, others, moments = state
    (loss, others), gradients = jax.value_and_grad(loss_of, has_aux=True)(weights, others, x, y)
    weights, moments = optimizer.stateless_apply(moments, gradients, weights)
    return loss, (weights, others, moments)


@jax.jit
def evaluate(weights, others, x, y):
    out, _ = model.stateless_call(weights, others, x, training=False)
    return jnp.mean((out - y) ** 2)


state = tuple([each.value for each in kind] for kind in (
    model.trainable_variables, model.non_trainable_variables, optimizer.variables
))
for _ in range(3):
    loss, state = step(state, x, y)
print(evaluate(state[0], state[1], x, y))
for variable, value in zip(model.trainable_variables, state[0]):
    variable.assign(value)
print(model.layers[0].kernel[0])
