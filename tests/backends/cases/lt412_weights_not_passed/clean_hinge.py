"""The loss is 0 at first, since all examples are far from the margin, and the model was called to build it."""

import jax
import keras
import numpy as np

model = keras.Sequential([keras.layers.Dense(1, bias_initializer=keras.initializers.Constant(50.0))])
x = np.random.rand(16, 4).astype("float32")
print(model(x).shape)
optimizer = keras.optimizers.SGD(0.1)
optimizer.build(model.trainable_variables)


def loss_fn(params, x, y):
    outputs = model.stateless_call(params, [], x, training=True)[0]
    return keras.ops.mean(keras.ops.maximum(1 - y * outputs, 0))


def accuracy(x, y):
    return float(keras.ops.mean(keras.ops.cast(model(x) * y > 0, "float32")))


for _ in range(3):
    params = [v.value for v in model.trainable_variables]
    gradients = jax.grad(loss_fn)(params, x, np.ones((16, 1), "float32"))
    optimizer.apply(gradients, model.trainable_variables)
    print(accuracy(x, np.ones((16, 1), "float32")))
