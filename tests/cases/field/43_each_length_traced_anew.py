# SOURCE: https://github.com/tensorflow/tensorflow/issues/38561
# SYMPTOM: batches padded to their own longest text; each step takes as long as the first, and a warning about retracing
# CULPRIT: learn
# LINE: 22
# FIX: @tf.function(reduce_retracing=True), or an input_signature with None for the length
# OUTCOME: warns
# IDEAL: learn was traced 10 times in 10 calls, for each length of ids from 5 to 14: give it an input_signature with shape (None, None), or pad to a few lengths.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
traces = []
tagger = keras.Sequential([keras.Input((None,), dtype="int32"), layers.Embedding(40, 6, name="words"),
                           layers.Dense(3, name="tags")], name="tagger")
criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.Adam(0.05)
optimizer.build(tagger.trainable_variables)


@tf.function
def learn(ids, tags):
    traces.append(1)
    with tf.GradientTape() as tape:
        loss = criterion(tags, tagger(ids, training=True))
    grads = tape.gradient(loss, tagger.trainable_variables)
    optimizer.apply_gradients(zip(grads, tagger.trainable_variables))
    return loss


rng = np.random.default_rng(0)
for length in range(5, 15):
    ids = tf.constant(rng.integers(0, 40, size=(8, length)), tf.int32)
    loss = learn(ids, ids % 3)
print("steps 10, traces", len(traces))
