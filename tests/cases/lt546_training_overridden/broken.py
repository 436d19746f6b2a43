# Fine tuning with base(x, training=False): Keras 3 passes training=True to the base in fit all the same.
import numpy as np
import keras
from keras import layers

base = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization(name="base_norm")], name="base")
inputs = keras.Input((4,))
features = base(inputs, training=False)  # finds: LT546 base
model = keras.Model(inputs, layers.Dense(1)(features), name="model")
x = np.random.default_rng(0).normal(5.0, 1.0, size=(16, 4)).astype("float32")
norm = base.get_layer("base_norm")
before = norm.moving_mean.numpy().copy()
model.compile("sgd", "mse")
model.fit(x, x[:, :1], verbose=0)
print("statistics moved by", np.abs(norm.moving_mean.numpy() - before).max())
