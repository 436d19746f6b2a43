# Sublayer created in call (fresh weights each call)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Block(layers.Layer):
    def call(self, x):
        return layers.Dense(4)(x)        # __init__ + build + random init on every call  # finds: LT103 block, LT103 block_1

b, x = Block(), np.ones((1, 4), "float32")
print("outputs differ:", not np.allclose(b(x), b(x)), "weights:", len(b.weights))
m = keras.Sequential([keras.Input((4,)), Block()])
m.compile("sgd", "mse"); m.fit(np.ones((8, 4)), np.ones((8, 4)), verbose=0)
