# LT512 in another program: the outputs come from a model inside, in tf_keras
import os
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import numpy as np, tf_keras
from tf_keras import layers
head = tf_keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(3, name="kinds")], name="head")
whole = tf_keras.Sequential([tf_keras.Input((4,)), layers.Dense(4), head], name="whole")
whole.compile(loss=tf_keras.losses.SparseCategoricalCrossentropy(), optimizer="sgd")  # finds: LT512 kinds
whole.fit(np.ones((8, 4)), np.ones((8,)), verbose=0)
