# The critic is trained; the actor is asked by predict_on_batch, and gets no gradient.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Agent:
    def __init__(self):
        self.actor = keras.Sequential([keras.Input((3,)), layers.Dense(4)], name="actor")
        self.critic = keras.Sequential([keras.Input((4,)), layers.Dense(1)], name="critic")
        self.sgd = keras.optimizers.SGD(0.1)

    def learn(self, states):
        with tf.GradientTape() as tape:
            actions = self.actor.predict_on_batch(states)  # finds: LT504 actor
            loss = -tf.reduce_mean(self.critic(actions, training=True))
        weights = self.actor.trainable_variables + self.critic.trainable_variables
        self.sgd.apply_gradients(zip(tape.gradient(loss, weights), weights))

agent = Agent()
for _ in range(3):
    agent.learn(np.ones((8, 3), "float32"))
