"""The loss returns the new values, and the step, a method with an optimizer of Keras, drops them."""

import functools

import jax
import keras
import numpy as np


class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.hidden = keras.layers.Dense(8)
        self.norm = keras.layers.BatchNormalization()
        self.head = keras.layers.Dense(1)

    def call(self, x, training=False):
        return self.head(self.norm(self.hidden(x), training=training))


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = keras.optimizers.Adam(0.01)
        self.optimizer.build(model.trainable_variables)

    def loss(self, trainable, non_trainable, x, y):
        outputs, new = self.model.stateless_call(trainable, non_trainable, x, training=True)  # finds: LT409 net
        return keras.ops.mean((outputs - y) ** 2), (outputs, new)

    @functools.partial(jax.jit, static_argnums=0)
    def step(self, state, x, y):
        trainable, non_trainable, optimizer = state
        gradient_fn = jax.value_and_grad(self.loss, has_aux=True)
        (loss, (outputs, _)), gradients = gradient_fn(trainable, non_trainable, x, y)
        trainable, optimizer = self.optimizer.stateless_apply(optimizer, gradients, trainable)
        return loss, (trainable, non_trainable, optimizer)


x, y = np.full((8, 4), 3, "float32"), np.ones((8, 1), "float32")
model = Net()
model(x)
trainer = Trainer(model)
state = [
    [v.value for v in each]
    for each in (model.trainable_variables, model.non_trainable_variables, trainer.optimizer.variables)
]
for _ in range(3):
    loss, state = trainer.step(tuple(state), x, y)
print(loss)
