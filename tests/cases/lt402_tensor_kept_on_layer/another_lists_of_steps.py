# Another program with LT402: lists that a step fills, for a callback or after the loop
# https://github.com/keras-team/keras/issues/17350
import numpy as np, tensorflow as tf, keras
from keras import layers

class Watched(keras.Model):
    def __init__(self): super().__init__(name="watched"); self.out, self.guesses = layers.Dense(1), []
    def build(self, shape): self.out.build(shape)
    def call(self, x): return self.out(x)
    def test_step(self, data):
        guess = self(data[0], training=False)
        self.guesses.append(guess)  # finds: LT402 watched
        return self.compute_metrics(data[0], data[1], guess, None)
watched = Watched(); watched.compile("sgd", "mse", metrics=["mae"])
watched.evaluate(np.ones((8, 2)), np.ones((8, 1)), batch_size=2, verbose=0)
losses = []
@tf.function
def step(x):
    loss = tf.reduce_mean(watched(x))
    losses.append(loss)  # finds: LT402 -
    return loss
for _ in range(4): step(tf.ones((2, 2)))
