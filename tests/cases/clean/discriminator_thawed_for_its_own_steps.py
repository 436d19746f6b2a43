# Clean: the discriminator is frozen in the model that trains the generator, and trained by its own model in turn
import numpy as np, keras
from keras import layers

generator = keras.Sequential([keras.Input((2,)), layers.Dense(3)], name="generator")
discriminator = keras.Sequential([keras.Input((3,)), layers.Dense(1, activation="sigmoid")], name="discriminator")
real, noise = np.random.rand(8, 3).astype("float32"), np.random.rand(8, 2).astype("float32")
critic = keras.Sequential([discriminator])
critic.compile("adam", "binary_crossentropy")
critic.fit(real, np.ones((8, 1)), verbose=0)
discriminator.trainable = False
gan = keras.Sequential([generator, discriminator])
gan.compile("adam", "binary_crossentropy")
gan.fit(noise, np.ones((8, 1)), verbose=0)
discriminator.trainable = True
for _ in range(3):
    gan.fit(noise, np.ones((8, 1)), verbose=0)
    critic.fit(real, np.ones((8, 1)), verbose=0)
