# SOURCE: https://github.com/bayesflow-org/bayesflow/issues/541
# MENDED: twin of 08_compute_loss_without_super.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class SparseCode(layers.Layer):
    def __init__(self, units, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.inner = layers.Dense(units)

    def build(self, shape):
        self.inner.build(shape)

    def call(self, x):
        code = self.inner(x)
        self.add_loss(self.factor * ops.mean(ops.abs(code)))
        return code


class Autoencoder(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.code = SparseCode(6, 100.0, name="sparse_code")
        self.back = layers.Dense(4, name="back")

    def call(self, x):
        return self.back(self.code(x))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        error = ops.mean(ops.square(y - y_pred))
        error = error + 0.1 * ops.mean(ops.abs(y - y_pred))
        return error + sum(self.losses)


x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
model = Autoencoder(name="autoencoder")
model.compile(optimizer=keras.optimizers.Adam(0.02))
model.fit(x, x, epochs=20, verbose=0)
print("size of the code:", round(float(ops.mean(ops.abs(model.code.inner(x)))), 3))
