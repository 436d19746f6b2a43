# SOURCE: https://github.com/keras-team/keras/pull/4778
# SYMPTOM: load_weights(by_name=True) returns, and the student starts from new weights
# CULPRIT: student
# LINE: 18
# FIX: name="features" for the layer in both models
# OUTCOME: silent
# IDEAL: student got no weights: load_weights(by_name=True) skips layers whose names the file does not have.
import os, tempfile, numpy as np, tf_keras
from tf_keras import layers

def backbone():
    return tf_keras.Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(2)])

path = os.path.join(tempfile.mkdtemp(), "pretrained.h5")
teacher = backbone()
teacher.save_weights(path)
student = tf_keras.Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(3)], name="student")
student.load_weights(path, by_name=True)
student.compile("adam", tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True))
student.fit(np.random.rand(16, 4), np.arange(16) % 3, verbose=0)
