"""The temperature is a weight, which the function takes and returns."""

import jax
import keras
import numpy as np


class Gumbel(keras.layers.Layer):
    def build(self, shape):
        start = keras.initializers.Constant(2.0)
        self.temperature = self.add_weight(shape=(), initializer=start, trainable=False)

    def call(self, x):
        self.temperature.assign(self.temperature * 0.9)
        return keras.ops.softmax(x / self.temperature)


model = keras.Sequential([keras.Input((4,)), Gumbel()])
predict = jax.jit(lambda *state, x: model.stateless_call(*state, x))
trainable = [weight.value for weight in model.trainable_variables]
non_trainable = [weight.value for weight in model.non_trainable_variables]
for _ in range(5):
    y, non_trainable = predict(trainable, non_trainable, x=np.ones((2, 4), "float32"))
if not np.isclose(non_trainable[0], 2 * 0.9**5):
    raise RuntimeError("it does not lower the temperature in each call")
