# LT561 in another program: batches of a shuffled dataset are divided in a function, and the rest is for evaluate
import numpy as np, tensorflow as tf, keras
from keras import layers

def pairs(count):
    x = np.random.default_rng(0).normal(size=(count, 4)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices((x, x[:, 0] > 0))
    data = data.cache().shuffle(count, seed=7)  # finds: LT561 grader
    batches = data.batch(8).map(lambda a, b: (a, tf.cast(b, tf.float32)))
    return batches.skip(2).prefetch(1), batches.take(2).prefetch(1)

inputs = keras.Input((4,))
grader = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(inputs), name="grader")
grader.compile("adam", "binary_crossentropy")
rest, few = pairs(64)
grader.fit(rest, epochs=2, verbose=0)
grader.evaluate(few, verbose=0)
