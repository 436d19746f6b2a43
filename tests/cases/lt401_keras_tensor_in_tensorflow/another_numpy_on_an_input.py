# Another program with LT401
import numpy as np, tensorflow as tf, keras
from keras import layers

def tower(width):
    x = keras.Input((width,))
    hidden = layers.Dense(4)(x)
    return keras.Model(x, np.tanh(hidden))  # finds: LT401 dense
tower(3)
