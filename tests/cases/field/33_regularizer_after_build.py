# SOURCE: https://github.com/keras-team/keras/issues/8413
# SYMPTOM: a regularizer that is set on a built layer is shown by get_config, and adds nothing to the loss
# CULPRIT: hidden
# LINE: 14
# FIX: create the model again from its config: base = keras.Sequential.from_config(base.get_config())
# OUTCOME: silent
# IDEAL: hidden (Dense) was built before kernel_regularizer was set: Keras reads it in build, so its kernel has no penalty.
import numpy as np, tensorflow as tf, keras
from keras import layers

base = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu", name="hidden"), layers.Dense(1, name="out")], name="base")
for layer in base.layers:
    if hasattr(layer, "kernel_regularizer"):
        layer.kernel_regularizer = keras.regularizers.L2(0.1)
base.compile("sgd", "mse")
x = np.random.rand(16, 4).astype("float32")
base.fit(x, x[:, :1], epochs=2, verbose=0)
print("a penalty:", len(base.losses))
