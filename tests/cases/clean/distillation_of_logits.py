# The twin of lt531_softmax_applied_twice/another_distillation.py without the mistake.
"""Knowledge distillation with a temperature."""

import keras
import numpy as np
from keras import layers, ops


def network(units, name):
    inputs = keras.Input((10,))
    x = layers.Dense(units, activation="relu")(inputs)
    return keras.Model(inputs, layers.Dense(4, name=f"{name}_out")(x), name=name)


class Distiller(keras.Model):
    def __init__(self, teacher, student, temperature=3.0, **kwargs):
        super().__init__(**kwargs)
        self.teacher, self.student, self.temperature = teacher, student, temperature
        self.divergence = keras.losses.KLDivergence()

    def call(self, x):
        return self.student(x)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, **kwargs):
        soft = ops.softmax(self.teacher(x, training=False) / self.temperature)
        mine = ops.softmax(y_pred / self.temperature)
        return self.divergence(soft, mine) * self.temperature**2


rng = np.random.default_rng(0)
x = rng.normal(size=(128, 10)).astype("float32")
y = rng.integers(0, 4, size=128)
teacher, student = network(32, "teacher"), network(8, "student")
teacher.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
teacher.fit(x, y, epochs=2, verbose=0)
teacher.trainable = False
distiller = Distiller(teacher, student, name="distiller")
distiller.compile(keras.optimizers.Adam(1e-2))
distiller.fit(x, y, epochs=2, batch_size=32, verbose=0)
print("done")
