# LT538 in another program: the channels come first, and the normalization keeps the last axis, as it does by default
import numpy as np, keras
from keras import layers

image = keras.Input((3, 20, 16), name="image")
h = layers.Conv2D(8, (3, 3), data_format="channels_first", padding="same")(image)
h = layers.LeakyReLU()(h)
h = layers.BatchNormalization(momentum=0.8, name="norm")(h)  # finds: LT538 norm
net = keras.Model(image, layers.Dense(1)(layers.Flatten()(h)))
net.compile("sgd", "mse", jit_compile=True)  # only XLA has this convolution on a CPU
net.fit(np.random.rand(4, 3, 20, 16), np.zeros((4, 1)), verbose=0)
