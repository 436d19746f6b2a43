# SOURCE: https://github.com/keras-team/keras/pull/4778
# MENDED: twin of 34_by_name_matches_nothing.py, nothing is wrong here
# OUTCOME: silent
import os, tempfile, numpy as np, tf_keras
from tf_keras import layers

def backbone():
    return tf_keras.Sequential([layers.Input((4,)), layers.Dense(8, activation="relu", name="features"), layers.Dense(2)])

path = os.path.join(tempfile.mkdtemp(), "pretrained.h5")
teacher = backbone()
teacher.save_weights(path)
student = tf_keras.Sequential([layers.Input((4,)), layers.Dense(8, activation="relu", name="features"), layers.Dense(3)], name="student")
student.load_weights(path, by_name=True)
student.compile("adam", tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True))
student.fit(np.random.rand(16, 4), np.arange(16) % 3, verbose=0)
