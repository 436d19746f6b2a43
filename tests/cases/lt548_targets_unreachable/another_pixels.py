# LT548 in another program: an autoencoder ends in a sigmoid, and is fitted to pixels from 0 to 255
import numpy as np, keras
from keras import layers

images = np.random.default_rng(0).integers(0, 256, (32, 8, 8, 1)).astype("float32")
inputs = keras.Input((8, 8, 1))
code = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(inputs)
pixels = layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid", name="pixels")(code)  # finds: LT548 pixels
coder = keras.Model(inputs, pixels, name="coder")
coder.compile("adam", "mse")
coder.fit(images / 255.0, images, verbose=0)
