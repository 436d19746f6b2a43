# Another program with LT504
import numpy as np, tensorflow as tf, tf_keras
from tf_keras import layers

class Ranker(tf_keras.Model):
    def __init__(self):
        super().__init__(name="ranker")
        self.left, self.right = layers.Dense(2, name="left"), layers.Dense(2, name="right")  # finds: LT504 right
    def build(self, shape): self.left.build(shape); self.right.build(shape); self.built = True
    def call(self, x, training=False): return self.left(x) + self.left(x * 2.0)
ranker, optimizer = Ranker(), tf_keras.optimizers.SGD()
ranker.build((None, 3))
for _ in range(2):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(ranker(tf.ones((2, 3)), training=True))
    gradients = tape.gradient(loss, ranker.trainable_variables)
    optimizer.apply_gradients(zip(gradients, ranker.trainable_variables))
