# Clean: a softmax of the logarithm of probabilities, at another temperature, one of scores that come from
# probabilities by weights, and one of what a gate multiplies
import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

inputs = keras.Input((5,))
teacher = keras.Model(inputs, layers.Dense(3, activation="softmax")(inputs), name="teacher")
student = keras.Model(inputs, layers.Dense(3)(inputs), name="student")
mixture = layers.Dense(3, name="mixture")
mixture.build((None, 3))
gate = layers.Dense(3, activation="softmax", name="gate")
gate.build((None, 5))
optimizer = keras.optimizers.SGD(0.1)


@tf.function
def step(x):
    with tf.GradientTape() as tape:
        soft = ops.softmax(ops.log(teacher(x) + 1e-7) / 2.0)
        logits = student(x, training=True)
        mixed = ops.softmax(mixture(teacher(x))) + ops.softmax(gate(x) * logits)
        loss = ops.mean(ops.categorical_crossentropy(soft, ops.softmax(logits / 2.0))) + ops.mean((mixed - soft) ** 2)
    weights = [*student.trainable_variables, *mixture.trainable_variables, *gate.trainable_variables]
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))


step(tf.constant(np.random.default_rng(0).normal(size=(4, 5)).astype("float32")))
