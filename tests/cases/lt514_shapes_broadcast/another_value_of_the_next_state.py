# reward + gamma * critic(state): [batch] + [batch, 1]
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

inputs = keras.Input((3,))
critic = keras.Model(inputs, layers.Dense(1)(layers.Dense(4, activation="relu")(inputs)), name="critic")

class Agent:
    @tf.function(reduce_retracing=True)
    def targets(self, rewards, after):
        value = critic(after, training=False)
        return rewards + 0.9 * value  # finds: LT514 critic
for size in (5, 6): Agent.targets(None, tf.ones(size), tf.ones((size, 3)))
