# The file is of words with another size; the loss is compiled, and training goes on.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Tagger(keras.Model):
    def __init__(self, words, width, **kwargs):
        super().__init__(**kwargs)
        self.embed, self.tag = layers.Embedding(words, width), layers.Dense(width)

    def call(self, inputs):
        return self.tag(self.embed(inputs))

x = np.arange(20).reshape(4, 5)
saved = Tagger(20, 6, name="saved")
saved(x)
saved.save_weights("tagger.weights.h5")
tagger = Tagger(20, 8, name="tagger")
tagger(x)
tagger.load_weights("tagger.weights.h5", skip_mismatch=True)  # finds: LT624 tagger
tagger.compile("adam", "mse")
tagger.fit(x, np.ones((4, 5, 8)), verbose=0)
