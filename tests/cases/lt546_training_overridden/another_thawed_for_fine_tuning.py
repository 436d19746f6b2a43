# The same after the base has been unfrozen for fine tuning.
import numpy as np
import keras
from keras import layers

image = keras.Input((6, 6, 1))
h = layers.BatchNormalization(name="first_norm")(layers.Conv2D(2, 3)(image))
base = keras.Model(image, layers.GlobalAveragePooling2D()(h), name="backbone")
base.trainable = False
picture = keras.Input((6, 6, 1))
x = base(picture, training=False)  # finds: LT546 backbone
classifier = keras.Model(picture, layers.Dense(1, name="head")(x), name="classifier")
images = np.random.default_rng(0).normal(3.0, 1.0, size=(8, 6, 6, 1)).astype("float32")
classifier.compile("sgd", "mse")
classifier.fit(images, np.ones((8, 1)), verbose=0)
base.trainable = True
classifier.compile("sgd", "mse")
classifier.fit(images, np.ones((8, 1)), verbose=0)
