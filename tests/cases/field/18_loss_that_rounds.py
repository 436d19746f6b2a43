# SOURCE: https://github.com/keras-team/keras/issues/4175
# SYMPTOM: ValueError: No gradients provided for any variable, from fit, with one's own F1 loss
# CULPRIT: f1_loss
# LINE: 16
# FIX: leave the rounding out: 1 - soft F1 of the probabilities
# OUTCOME: raises ValueError
# IDEAL: f1_loss compares y_pred with 0.5 and casts the answer, which has no gradient: none of the 4 weights of gate can learn from it.
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


def f1_loss(y_true, y_pred):
    hard = ops.cast(y_pred > 0.5, "float32")
    tp = ops.sum(y_true * hard, axis=0)
    fp = ops.sum((1.0 - y_true) * hard, axis=0)
    fn = ops.sum(y_true * (1.0 - hard), axis=0)
    return 1.0 - ops.mean(2.0 * tp / (2.0 * tp + fp + fn + 1e-6))


class Gate(keras.Model):
    def __init__(self, labels, **kwargs):
        super().__init__(**kwargs)
        self.mix = layers.Dense(8, activation="relu")
        self.tags = layers.Dense(labels, activation="sigmoid")

    def call(self, x):
        return self.tags(self.mix(x))


rng = np.random.default_rng(0)
x = rng.normal(size=(60, 5)).astype("float32")
y = (x[:, :3] > 0).astype("float32")
gate = Gate(3, name="gate")
gate.compile(optimizer=keras.optimizers.Adam(0.02), loss=f1_loss)
history = gate.fit(x, y, batch_size=20, epochs=5, verbose=0)
print("losses", [round(v, 3) for v in history.history["loss"]])
