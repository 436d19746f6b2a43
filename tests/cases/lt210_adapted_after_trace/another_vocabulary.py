# LT210 in another program: a new vocabulary for a tf.function
import numpy as np, tensorflow as tf, keras
from keras import layers

words = layers.StringLookup(vocabulary=["a", "b"], name="words")
@tf.function
def encode(text): return words(text)
encode(tf.constant(["b", "c"]))
words.set_vocabulary(["c", "b"])  # finds: LT210 words
print(encode(tf.constant(["b", "c"])), words(tf.constant(["b", "c"])))
