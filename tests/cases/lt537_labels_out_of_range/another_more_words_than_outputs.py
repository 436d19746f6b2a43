# LT537 in another program: the padding is a word, too, so there is one word more than outputs
import numpy as np, keras
from keras import layers

words = np.random.default_rng(0).integers(0, 13, size=(20, 5))
words[0, 0] = 12
model = keras.Sequential([keras.Input((5,)), layers.Embedding(13, 4), layers.Dense(12, name="next_word")])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(words, words, verbose=0)  # finds: LT537 next_word
