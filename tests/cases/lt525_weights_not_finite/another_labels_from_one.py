# LT525 in another program: the classes are numbered 1 to 3 (https://github.com/tensorflow/tensorflow/issues/8484)
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
sorter = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")], name="sorter")
sorter.compile("adam", "sparse_categorical_crossentropy", jit_compile=True)
sorter.fit(np.random.default_rng(0).normal(size=(16, 4)), np.arange(16) % 3 + 1, epochs=2, verbose=0)  # finds: LT525 sorter
