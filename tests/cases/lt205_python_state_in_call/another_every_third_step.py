# LT205 in another program: gradients are to be applied at each third step, and are at each
# https://github.com/keras-team/keras/issues/14483
import numpy as np, tensorflow as tf, keras
from keras import layers

class Slow(keras.Model):
    def __init__(self): super().__init__(name="slow"); self.out, self.seen = layers.Dense(1), 0
    def build(self, shape): self.out.build(shape)
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape: loss = self.compute_loss(x, y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.seen += 1  # finds: LT205 slow
        if self.seen % 3 == 1:
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}
model = Slow(); model.compile(keras.optimizers.SGD(0.1), "mse")
model.fit(np.ones((12, 2)), np.ones((12, 1)), batch_size=2, verbose=0)
