# A sigmoid of a sigmoid: no probability is above 0.73
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
spam = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid", name="score")])  # finds: LT531 score
spam.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
spam.fit(x, x[:, :1] > 0, epochs=2, verbose=0)
