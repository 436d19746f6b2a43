# LT103 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.ones((2, 3), "float32")
squash = layers.Lambda(
    lambda t: layers.Dense(2)(t),  # finds: LT103 squash
    name="squash",
)
squash(x), squash(x)
