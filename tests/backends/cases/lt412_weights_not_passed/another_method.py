"""The loss is a method of a trainer, and its gradients are jitted."""

import jax
import keras
import numpy as np


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = keras.optimizers.Adam(0.01)
        self.optimizer.build(model.trainable_variables)
        self.gradients = jax.jit(jax.grad(self.loss))

    def loss(self, weights, batch):
        outputs = self.model(batch["x"], training=True)  # finds: LT412 net
        return keras.ops.mean(keras.ops.abs(outputs - batch["y"]))

    def step(self, batch):
        gradients = self.gradients([v.value for v in self.model.trainable_variables], batch)
        self.optimizer.apply(gradients, self.model.trainable_variables)


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="net")
trainer = Trainer(model)
for _ in range(3):
    trainer.step({"x": np.ones((4, 3), "float32"), "y": np.zeros((4, 1), "float32")})
