# labels [batch] and probabilities [batch, 1] in a cross-entropy of one's own
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf, keras
from keras import layers

spam = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")], name="spam")
optimizer = keras.optimizers.Adam()

def cross_entropy(labels, p):
    labels = tf.cast(labels > 0.5, tf.float32)
    return -tf.reduce_mean(labels * tf.math.log(p))  # finds: LT514 spam

@tf.function
def step(x, labels):
    with tf.GradientTape() as tape:
        loss = cross_entropy(labels, spam(x, training=True))
    optimizer.apply(tape.gradient(loss, spam.trainable_variables), spam.trainable_variables)
step(tf.random.stateless_normal((6, 4), (1, 2)), tf.ones(6))
