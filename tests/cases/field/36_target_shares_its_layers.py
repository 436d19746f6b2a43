# SOURCE: https://github.com/keras-team/keras/issues/1765
# SYMPTOM: the target network is not a copy: it changes with each step of the online network
# CULPRIT: target
# LINE: 12
# FIX: target = keras.models.clone_model(online)
# OUTCOME: silent
# IDEAL: target has the layers of online, not copies: set_weights copies the weights to themselves.
import numpy as np, tensorflow as tf, keras
from keras import layers

online = keras.Sequential([keras.Input((3,)), layers.Dense(8, activation="relu"), layers.Dense(2)], name="online")
target = keras.Sequential(online.layers, name="target")
optimizer = keras.optimizers.Adam(0.01)

@tf.function
def learn(state, action, reward, after):
    goal = reward + 0.9 * tf.reduce_max(target(after), axis=1)
    with tf.GradientTape() as tape:
        value = tf.gather(online(state), action, batch_dims=1)
        loss = tf.reduce_mean(tf.square(tf.stop_gradient(goal) - value))
    optimizer.apply(tape.gradient(loss, online.trainable_variables), online.trainable_variables)

for step in range(20):
    s = np.random.rand(8, 3).astype("float32")
    learn(tf.constant(s), tf.constant(np.arange(8) % 2), tf.constant(s[:, 0]), tf.constant(s[::-1].copy()))
    if step % 10 == 0:
        target.set_weights(online.get_weights())
