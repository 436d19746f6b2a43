# SOURCE: https://github.com/entbappy/End-to-End-Chest-Cancer-Classification-using-MLflow-DVC/issues/2
# SYMPTOM: ValueError: Unknown variable, in the first step of the critic
# CULPRIT: critic
# LINE: 37
# FIX: an optimizer for each net: compile/step the critic with its own keras.optimizers.Adam
# OUTCOME: raises ValueError
# IDEAL: the optimizer adam was built with the variables of actor and is now given those of critic: an optimizer serves the variables it was first called with; make another one for critic.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)


def net(outputs, name):
    return keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="tanh"), layers.Dense(outputs)], name=name)


class Agent:
    def __init__(self):
        self.actor = net(2, "actor")
        self.critic = net(1, "critic")
        self.adam = keras.optimizers.Adam(0.01)

    def learn(self, states, actions, returns):
        with tf.GradientTape(persistent=True) as tape:
            values = self.critic(states)
            advantage = tf.stop_gradient(returns - values)
            log_p = tf.nn.log_softmax(self.actor(states))
            chosen = tf.reduce_sum(log_p * tf.one_hot(actions, 2), axis=1, keepdims=True)
            actor_loss = -tf.reduce_mean(chosen * advantage)
            critic_loss = tf.reduce_mean(tf.square(returns - values))
        weights = self.actor.trainable_variables
        self.adam.apply_gradients(zip(tape.gradient(actor_loss, weights), weights))
        weights = self.critic.trainable_variables
        self.adam.apply_gradients(zip(tape.gradient(critic_loss, weights), weights))
        return float(critic_loss)


rng = np.random.default_rng(0)
agent = Agent()
states = tf.constant(rng.normal(size=(20, 4)), tf.float32)
for _ in range(3):
    loss = agent.learn(states, rng.integers(0, 2, size=20), tf.ones((20, 1)))
print("critic loss", round(loss, 3))
