# LT605 in another program: a target network of its own loop, in a class
import numpy as np, tensorflow as tf, keras
from keras import layers

class Learner:
    def __init__(self):
        inputs = keras.Input((4,))
        self.online = keras.Model(inputs, layers.Dense(2)(layers.Dense(8, activation="relu")(inputs)), name="online")
        self.target = keras.models.clone_model(self.online)  # finds: LT605 online
        self.optimizer = keras.optimizers.Adam()
    def learn(self, state, after):
        wanted = tf.reduce_max(self.target(after), -1, keepdims=True)
        with tf.GradientTape() as tape: loss = tf.reduce_mean((self.online(state, training=True) - wanted) ** 2)
        weights = self.online.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
learner = Learner()
for _ in range(3): learner.learn(tf.ones((2, 4)), tf.ones((2, 4)))
