# LT403 in another program: an if in a train_step, and in a loss
# https://github.com/keras-team/keras/issues/14483
import numpy as np, tensorflow as tf, keras
from keras import layers

class Slow(keras.Model):
    def __init__(self): super().__init__(name="slow"); self.out = layers.Dense(1)
    def build(self, shape): self.out.build(shape); self.seen = self.add_weight(shape=(), initializer="zeros", trainable=False)
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape: loss = self.compute_loss(x, y, self(x, training=True))
        self.seen.assign_add(1)
        if self.seen % 3 == 0:  # finds: LT403 slow
            self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables))
        return {"loss": loss}
def robust(truth, guess):
    error = keras.ops.mean(keras.ops.abs(truth - guess))
    if error > 1.0: return error  # finds: LT403 -
    return error ** 2
x, y = np.ones((4, 2)), np.ones((4, 1))
for model, loss in ((Slow(), "mse"), (keras.Sequential([keras.Input((2,)), layers.Dense(1)]), robust)):
    model.compile(keras.optimizers.SGD(0.1), loss)
    try: model.fit(x, y, verbose=0)
    except TypeError as error: print(type(error).__name__)
