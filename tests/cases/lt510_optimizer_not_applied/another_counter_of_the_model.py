# LT510 in another program: the model counts its batches, as in the thread
import numpy as np, tensorflow as tf, keras
from keras import layers

class Every(keras.Model):
    def __init__(self, **kwargs): super().__init__(**kwargs); self.out, self.count = layers.Dense(1), 0
    def build(self, shape): self.out.build((None, 3))
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape: loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.count += 1  # finds: LT510 every
        if self.count % 3 == 0:
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}
model = Every(name="every"); model.compile("sgd"); model.fit(np.ones((8, 3)), np.ones((8, 1)), batch_size=2, verbose=0)
