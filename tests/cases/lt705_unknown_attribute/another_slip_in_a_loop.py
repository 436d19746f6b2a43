# A helper freezes all layers of a backbone, with a slip, and the whole model is trained
import keras
import numpy as np


def freeze(network):
    for layer in network.layers:
        layer.trianable = False  # finds: LT705 -


backbone = keras.Sequential(
    [keras.Input((2,)), keras.layers.Dense(3), keras.layers.BatchNormalization(), keras.layers.Dense(2)]
)
freeze(backbone)
model = keras.Sequential([backbone, keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1), "mse")
model.fit(np.ones((8, 2), "float32"), np.zeros((8, 1), "float32"), verbose=0)
print("trained:", len(model.trainable_variables))
