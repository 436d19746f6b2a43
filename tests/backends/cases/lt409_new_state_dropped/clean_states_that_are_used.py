"""Statistics that are frozen, used, or computed elsewhere; critics, inference, and fit."""

import jax
import keras
import numpy as np

x, y = np.full((8, 4), 3, "float32"), np.ones((8, 1), "float32")


def net():
    return keras.Sequential([keras.Input((4,)), keras.layers.BatchNormalization(), keras.layers.Dense(4)])


def values(model):
    return [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]


def trained(model, training):
    def loss(trainable, non_trainable):
        outputs, _ = model.stateless_call(trainable, non_trainable, x, training=training)
        return keras.ops.mean(outputs**2)

    return jax.jit(jax.grad(loss))(*values(model))


trained(net(), training=False)  # frozen statistics have no new values
dropping = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(4)])
trained(dropping, training=False)

fitted = net()
fitted.compile("sgd", "mse", steps_per_execution=2)
fitted.fit(x, x, batch_size=2, verbose=0)
fitted.evaluate(x, x, verbose=0)

generator, critic = net(), net()


def critic_loss(trainable, non_trainable):
    real, non_trainable = critic.stateless_call(trainable, non_trainable, x, training=True)
    fake, _ = critic.stateless_call(trainable, non_trainable, -x, training=True)
    return keras.ops.mean(fake - real), non_trainable


def generator_loss(trainable, non_trainable, critic_state):
    images, non_trainable = generator.stateless_call(trainable, non_trainable, x, training=True)
    scores, _ = critic.stateless_call(*critic_state, images, training=True)
    return -keras.ops.mean(scores), non_trainable


@jax.jit
def step(state, critic_state):
    gradients, new = jax.grad(critic_loss, has_aux=True)(*critic_state)
    mine, mine_new = jax.grad(generator_loss, has_aux=True)(*state, critic_state)
    return gradients, new, mine, mine_new


step(values(generator), values(critic))

recomputed = net()
trained(recomputed, training=True)
for _ in range(3):
    recomputed(x, training=True)  # with the trained weights


def saliency(model):
    def total(x, trainable, non_trainable):
        outputs, _ = model.stateless_call(trainable, non_trainable, x, training=True)
        return outputs.sum()

    return jax.jit(jax.grad(total))(x, *values(model))


saliency(net())
model = net()


@jax.jit
def epoch(trainable, non_trainable, batches):
    def body(state, batch):
        trainable, non_trainable = state

        def loss(trainable):
            outputs, new = model.stateless_call(trainable, non_trainable, batch, training=True)
            return keras.ops.mean(outputs**2), new

        gradients, new = jax.grad(loss, has_aux=True)(trainable)
        return ([value - 0.1 * gradient for value, gradient in zip(trainable, gradients)], new), None

    return jax.lax.scan(body, (trainable, non_trainable), batches)[0]


epoch(*values(model), np.stack([x, x]))
summed = net()


@jax.jit
def gradients_of_parts(trainable, non_trainable, batches):
    def loss(trainable):
        def body(state, batch):
            outputs, state = summed.stateless_call(trainable, state, batch, training=True)
            return state, keras.ops.mean(outputs**2)

        state, losses = jax.lax.scan(body, non_trainable, batches)
        return losses.sum(), state

    return jax.grad(loss, has_aux=True)(trainable)


gradients_of_parts(*values(summed), np.stack([x, x]))
