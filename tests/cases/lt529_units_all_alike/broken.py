# All units begin as ones: https://github.com/keras-team/keras/issues/16539
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(8)
x = np.random.default_rng(8).normal(size=(96, 5)).astype("float32")
y = np.abs(x[:, :1]) + x[:, 1:2] * x[:, 2:3]
model = keras.Sequential([
    keras.Input((5,)),
    layers.Dense(16, activation="tanh", kernel_initializer="ones", name="hidden"),  # finds: LT529 hidden
    layers.Dense(1, kernel_initializer="ones", name="answer"),
], name="mlp")
model.compile(keras.optimizers.Adam(0.01), "mse")
model.fit(x, y, batch_size=32, epochs=5, verbose=0)
kernel = model.get_layer("hidden").kernel.numpy()
print("the units differ:", len(np.unique(kernel.round(4), axis=1).T) > 1)
