# SOURCE: https://github.com/keras-team/keras/issues/8413
# MENDED: twin of 33_regularizer_after_build.py, nothing is wrong here
# OUTCOME: silent
import numpy as np, tensorflow as tf, keras
from keras import layers

base = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu", name="hidden"), layers.Dense(1, name="out")], name="base")
for layer in base.layers:
    if hasattr(layer, "kernel_regularizer"):
        layer.kernel_regularizer = keras.regularizers.L2(0.1)
base = keras.Sequential.from_config(base.get_config())
base.compile("sgd", "mse")
x = np.random.rand(16, 4).astype("float32")
base.fit(x, x[:, :1], epochs=2, verbose=0)
print("a penalty:", len(base.losses))
