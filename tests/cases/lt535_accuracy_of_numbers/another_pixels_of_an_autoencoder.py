# LT535 in another program: the accuracy of pixels between black and white, of a functional autoencoder
import numpy as np, keras
from keras import layers

image = keras.Input((8, 8, 1))
code = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(image)
shown = layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid")(code)
painter = keras.Model(image, shown, name="painter")
measures = [keras.metrics.BinaryAccuracy(name="match")]  # finds: LT535 painter
painter.compile(optimizer="adam", loss="binary_crossentropy", metrics=measures)
pictures = np.random.rand(16, 8, 8, 1).astype("float32")
painter.fit(pictures, pictures, batch_size=8, verbose=0)
