"""A report looks at the gradients of a model in inference mode, and trains nothing."""

import jax
import keras
import numpy as np

model = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
weights = [v.value for v in model.trainable_variables]
others = [v.value for v in model.non_trainable_variables]
x = np.random.rand(16, 4).astype("float32")


def score(weights):
    return keras.ops.mean(model.stateless_call(weights, others, x)[0] ** 2)


for _ in range(3):
    print([float(abs(gradient).max()) for gradient in jax.grad(score)(weights)])
