# SOURCE: https://github.com/keras-team/keras/issues/8657
# SYMPTOM: a centring layer that keeps a running mean works when called eagerly; fit raises that a tensor cannot be accessed because it is out of scope
# CULPRIT: centring
# LINE: 24
# FIX: self.mean = self.add_weight(..., trainable=False) and self.mean.assign(...)
# OUTCOME: raises InaccessibleTensorError
# IDEAL: centring.call binds self.mean to a tensor of the graph that was being traced: it is no state, and cannot be used in the next call; keep it in a non-trainable weight and assign it.
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Centring(layers.Layer):
    def __init__(self, width, momentum=0.9, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum
        self.mean = ops.zeros((width,))

    def call(self, x, training=False):
        if training:
            batch = ops.mean(x, axis=0)
            self.mean = self.momentum * self.mean + (1 - self.momentum) * batch
        return x - self.mean


inp = keras.Input((2,))
centring = Centring(2, name="centring")
model = keras.Model(inp, layers.Dense(1)(centring(inp)), name="model")
model.compile(optimizer="adam", loss="mse")
x = np.random.default_rng(0).normal(loc=7.0, size=(64, 2)).astype("float32")
model.fit(x, x[:, :1], epochs=2, batch_size=16, verbose=0)
print("mean after fit", ops.convert_to_numpy(centring.mean).round(2))
print("centred", ops.convert_to_numpy(centring(x)).mean().round(2))
