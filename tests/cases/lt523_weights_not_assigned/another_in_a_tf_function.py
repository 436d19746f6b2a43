# LT523 in another program: momentum by hand, in a tf.function of a class
import numpy as np, tensorflow as tf, keras
from keras import layers

class Trainer:
    def __init__(self, net):
        self.net, self.rate = net, 0.1
        self.speeds = [tf.Variable(tf.zeros(w.shape)) for w in net.trainable_variables]
    @tf.function
    def step(self, x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(self.net(x, training=True) - y))
        variables = self.net.trainable_variables
        gradients = tape.gradient(loss, variables)
        for variable, speed, gradient in zip(variables, self.speeds, gradients):
            speed.assign(0.9 * speed + gradient)
            variable -= self.rate * speed  # finds: LT523 regressor
        return loss
trainer = Trainer(keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="regressor"))
for _ in range(4): loss = trainer.step(tf.ones((4, 2)), tf.ones((4, 1)))
