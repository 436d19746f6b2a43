# Texts and their tags are padded to the longest text of the batch, so both change together (tensorflow#38561)
import keras
import numpy as np
import tensorflow as tf

tagger = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(9, 4), keras.layers.Dense(2)])
optimizer = keras.optimizers.SGD(0.1)
optimizer.build(tagger.trainable_variables)
criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@tf.function
def learn(texts, tags):
    with tf.GradientTape() as tape:
        loss = criterion(tags, tagger(texts, training=True))
    gradients = tape.gradient(loss, tagger.trainable_variables)
    optimizer.apply_gradients(zip(gradients, tagger.trainable_variables))
    return loss


for length in range(4, 9):
    learn(tf.ones((2, length)), tf.zeros((2, length)))  # finds: LT201 -
