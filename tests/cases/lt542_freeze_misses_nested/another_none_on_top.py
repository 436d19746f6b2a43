# The same with a functional model that has no batch normalization of its own: the loop freezes nothing.
import numpy as np
import keras
from keras import layers

pixels = keras.Input((8, 8, 1))
h = layers.BatchNormalization(name="stem_norm")(layers.Conv2D(3, 3)(pixels))
backbone = keras.Model(pixels, layers.GlobalAveragePooling2D()(h), name="backbone")
image = keras.Input((8, 8, 1))
classifier = keras.Model(image, layers.Dense(2)(backbone(image)), name="classifier")
for each in classifier.layers:  # finds: LT542 stem_norm
    if isinstance(each, keras.layers.BatchNormalization):
        each.trainable = False
x = np.random.default_rng(0).normal(size=(8, 8, 8, 1)).astype("float32")
classifier.compile("sgd", "mse")
classifier.fit(x, np.zeros((8, 2)), verbose=0)
