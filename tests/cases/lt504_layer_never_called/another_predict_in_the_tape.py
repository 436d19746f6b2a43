# predict inside of the tape: https://github.com/tensorflow/tensorflow/issues/20630
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(13)
policy = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(2, name="actions")], name="policy")
adam = keras.optimizers.Adam(1e-2)
states = np.random.default_rng(13).normal(size=(16, 4)).astype("float32")
for episode in range(2):
    with tf.GradientTape() as tape:
        values = policy.predict(states, verbose=0)  # finds: LT504 policy
        loss = tf.reduce_mean(tf.square(1.0 - values))
    grads = tape.gradient(loss, policy.trainable_variables)
    adam.apply_gradients(zip(grads, policy.trainable_variables))
