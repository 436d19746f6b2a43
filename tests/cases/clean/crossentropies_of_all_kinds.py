# Clean: sigmoid, softmax, logits where they are expected, an activation of its own, other losses, and several outputs
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.ones((8, 4)), np.ones((8, 1))
def fit(loss, *last):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4), *last]); model.compile("sgd", loss); model.fit(x, y, verbose=0)
fit("binary_crossentropy", layers.Dense(1, activation="sigmoid"))
fit(keras.losses.BinaryCrossentropy(from_logits=True), layers.Dense(1))
fit("sparse_categorical_crossentropy", layers.Dense(3), layers.Softmax())
fit("sparse_categorical_crossentropy", layers.Dense(3), layers.Activation("softmax"))
fit(keras.losses.SparseCategoricalCrossentropy(from_logits=True), layers.Dense(3))
fit("binary_crossentropy", layers.Dense(1), layers.Lambda(lambda z: keras.ops.sigmoid(z)))
fit("mse", layers.Dense(1))
fit(lambda real, made: keras.losses.binary_crossentropy(real, made, from_logits=True), layers.Dense(1))
inputs = keras.Input((4,)); two = keras.Model(inputs, [layers.Dense(1)(inputs), layers.Dense(1, activation="sigmoid")(inputs)])
two.compile("sgd", ["mse", "binary_crossentropy"]); two.fit(x, [y, y], verbose=0)
inputs = keras.Input((4,)); op = keras.Model(inputs, keras.ops.sigmoid(layers.Dense(1)(inputs))); op.compile("sgd", "binary_crossentropy"); op.fit(x, y, verbose=0)
