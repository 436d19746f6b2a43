# LT504 in another program: the loss counts the classes that are chosen
import numpy as np, tensorflow as tf, keras
from keras import layers

def missed(truth, scores):
    chosen = tf.one_hot(tf.argmax(scores, axis=-1), 3)  # finds: LT504
    return 1.0 - tf.reduce_sum(truth * chosen, axis=-1)

votes = keras.Sequential([keras.Input((3,)), layers.Dense(3)], name="votes")
votes.compile("adam", loss=missed)
votes.fit(np.ones((4, 3)), np.eye(3)[[0, 1, 2, 0]], verbose=0)
