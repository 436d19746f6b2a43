import numpy as np
import tensorflow as tf
import keras
from keras import layers

strategy = tf.distribute.MirroredStrategy(["CPU:0"])


def build_model():
    inputs = keras.Input((8,))
    x = layers.Dense(16, activation="relu")(inputs)
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x), name="classifier")


model = build_model()  # finds: LT109 classifier
with strategy.scope():
    model.compile("adam", "sparse_categorical_crossentropy")
x = np.random.rand(32, 8)
y = np.random.randint(0, 3, 32)
model.fit(x, y, epochs=1, verbose=0)
print("trained")
