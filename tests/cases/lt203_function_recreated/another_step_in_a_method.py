# LT203 in another program: a tf.function inside a method, so each batch of one model has a new one
import numpy as np, tensorflow as tf, keras
from keras import layers

class Trainer:
    def __init__(self): self.net, self.optimizer = keras.Sequential([keras.Input((3,)), layers.Dense(1)]), keras.optimizers.SGD()
    def learn(self, x, y):
        @tf.function
        def step(x, y):
            with tf.GradientTape() as tape: loss = tf.reduce_mean((self.net(x, training=True) - y) ** 2)
            self.optimizer.apply_gradients(zip(tape.gradient(loss, self.net.trainable_variables), self.net.trainable_variables))
            return loss
        return step(x, y)  # finds: LT203 -
trainer = Trainer()
for _ in range(6): trainer.learn(tf.ones((2, 3)), tf.ones((2, 1)))
