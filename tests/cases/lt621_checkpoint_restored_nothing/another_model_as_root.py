# The same with the model as the root of the checkpoint that reads it, and tf_keras.
import os
import tempfile
import numpy as np
import tensorflow as tf
import tf_keras as keras

path = os.path.join(tempfile.mkdtemp(), "weights")
first = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="first")
second = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="second")
written = tf.train.Checkpoint(model=first, optimizer=keras.optimizers.Adam()).save(path)
tf.train.Checkpoint(second).restore(written).expect_partial()  # finds: LT621 second
second.predict(np.ones((2, 3)), verbose=0)
