# "Graph disconnected: cannot obtain value for tensor": an encoder takes the decoder's input.
import os
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import numpy as np
import tf_keras as keras
from tf_keras import layers

words = keras.Input((5,), name="words")
code = layers.Dense(2, name="code")(layers.Dense(8, name="hidden")(words))
start = keras.Input((2,), name="start")
decoded = layers.Dense(5, name="decoded")(start)
decoder = keras.Model(start, decoded, name="decoder")
encoder = keras.Model(start, code, name="encoder")  # finds: LT316 code
print(decoder(encoder(np.ones((1, 5), "float32"))).shape)
