# LT534 in another program, with tf_keras: an autoencoder is to restore pixels that nobody divided by 255
import numpy as np, tf_keras
from tf_keras import layers

images = np.random.randint(0, 256, (32, 16)).astype("float32")
painter = tf_keras.Sequential([
    layers.Input((16,)),
    layers.Rescaling(1 / 255),
    layers.Dense(4, activation="relu"),
    layers.Dense(16, activation="sigmoid"),
], name="painter")
painter.compile("adam", tf_keras.losses.BinaryCrossentropy())
painter.fit(images, images, batch_size=8, verbose=0)  # finds: LT534 painter
