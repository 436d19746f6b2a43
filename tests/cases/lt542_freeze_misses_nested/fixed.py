# Batch normalization is frozen in a loop over model.layers, also in the nested base.
# After https://github.com/keras-team/keras/issues/7085
import numpy as np
import keras
from keras import layers

base = keras.Sequential([keras.Input((6,)), layers.Dense(6), layers.BatchNormalization(name="inner_norm")], name="base")
model = keras.Sequential([keras.Input((6,)), base, layers.BatchNormalization(name="outer_norm"), layers.Dense(2)], name="model")
for layer in [*model.layers, *model.get_layer("base").layers]:
    if isinstance(layer, layers.BatchNormalization):
        layer.trainable = False

x = np.random.default_rng(0).normal(4.0, 2.0, size=(16, 6)).astype("float32")
model.compile("adam", "mse")
before = base.get_layer("inner_norm").get_weights()
model.fit(x, x[:, :2], verbose=0)
print("as it was:", all(map(np.array_equal, before, base.get_layer("inner_norm").get_weights())))
