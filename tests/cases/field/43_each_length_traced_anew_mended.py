# SOURCE: https://github.com/tensorflow/tensorflow/issues/38561
# MENDED: twin of 43_each_length_traced_anew.py, nothing is wrong here
# OUTCOME: silent
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


@tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None, None), tf.int32)])
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
