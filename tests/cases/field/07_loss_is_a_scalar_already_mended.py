# SOURCE: https://github.com/tensorflow/tensorflow/issues/28029
# MENDED: twin of 07_loss_is_a_scalar_already.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


def log_cosh(y_true, y_pred):
    d = y_pred - y_true
    return ops.mean(d + ops.softplus(-2.0 * d) - ops.log(2.0), axis=-1)


rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, size=(90, 1)).astype("float32")
y = 2.0 * x
trust = np.ones(90, "float32")
y[::2] = -40.0
trust[::2] = 0.0

line = keras.Sequential([keras.Input((1,)), layers.Dense(1, name="slope")], name="line")
line.compile(optimizer=keras.optimizers.Adam(0.1), loss=log_cosh)
line.fit(x, y, sample_weight=trust, batch_size=30, epochs=40, verbose=0)
print("answer at 0:", round(float(line.predict(np.zeros((1, 1)), verbose=0)[0, 0]), 2), "(0 without the spoilt rows)")
