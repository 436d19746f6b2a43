"""Asks heads on one shared trunk: with a function each, with a model each, and with a step for each task."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(24, 3)).astype("float32")
y = rng.integers(0, 2, size=24)
trunk = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu")], name="trunk")


class Ensemble:
    """Heads that nothing trains and that differ in their first weights, each with a function of its own."""

    def __init__(self, size):
        self.trunk = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
        self.heads = [layers.Dense(1, kernel_initializer=keras.initializers.GlorotUniform(n)) for n in range(size)]
        self.functions = [self._function(head) for head in self.heads]

    def _function(self, head):
        @tf.function
        def member(batch):
            return head(self.trunk(batch))

        return member

    def spread(self, batch):
        return np.std([member(batch) for member in self.functions], axis=0)


ensemble = Ensemble(6)
print(np.concatenate([ensemble.spread(batch) for batch in np.split(x, 3)]).shape)


def member():
    model = keras.Sequential([trunk, layers.Dense(2, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    return model


# Each head tunes the trunk a little further, or finds it frozen.
for is_tuned in (True, False):
    trunk.trainable = is_tuned
    accuracies = []
    for _ in range(5):
        model = member()
        model.fit(x, y, batch_size=12, verbose=0)
        accuracies.append(model.evaluate(x, y, verbose=0))
    print(len(accuracies))


def step_for(task, optimizer):
    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(shared(x, training=True)[:, task] - y))
        weights = shared.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return loss

    return step


# Three tasks take turns, each with a step of its own for the same weights.
shared = keras.Sequential([keras.Input((3,)), layers.Dense(3)], name="shared")
sgd = keras.optimizers.SGD(0.01)
sgd.build(shared.trainable_variables)
steps = [step_for(task, sgd) for task in range(3)]
for epoch in range(3):
    print([float(step(x, x[:, task])) > 0 for task, step in enumerate(steps)])
