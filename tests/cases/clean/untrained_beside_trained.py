# A network that was never trained is compared with one that was.
import numpy as np
import keras
from keras import layers


def network():
    return keras.Sequential([keras.Input((3,)), layers.BatchNormalization(), layers.Dense(1)])


x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
trained, untrained = network(), network()
trained.compile("sgd", "mse")
untrained.compile("sgd", "mse")
trained.fit(x, x[:, :1], verbose=0)
print(trained.evaluate(x, x[:, :1], verbose=0), untrained.evaluate(x, x[:, :1], verbose=0))
for weight, other in zip(trained.trainable_variables, untrained.trainable_variables):
    print(weight.path, float(keras.ops.max(keras.ops.abs(weight - other))))
