import numpy as np
import keras
from keras import layers

image = keras.Input((8, 8, 1), name="image")
last = layers.Conv2D(4, 3, activation="relu", name="last")(layers.Conv2D(3, 3, name="first")(image))
base = keras.Model(image, last, name="base")
picture = keras.Input((8, 8, 1), name="picture")
answer = layers.Dense(3)(layers.GlobalAveragePooling2D()(base(picture)))
classifier = keras.Model(picture, answer, name="classifier")
maps = keras.Model(base.inputs, base.get_layer("last").output)
print(maps(np.ones((1, 8, 8, 1), "float32")).shape)
