# LT205 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Alternating(keras.Model):
    def __init__(self): super().__init__(name="alternating"); self.a, self.b, self.turn = layers.Dense(1), layers.Dense(1), 0
    def build(self, shape): self.a.build(shape); self.b.build(shape)
    def call(self, x): return self.a(x) + self.b(x)
    def train_step(self, data):
        self.turn += 1  # finds: LT205 alternating
        with tf.GradientTape() as tape: loss = tf.reduce_mean(self(data, training=True) ** 2)
        part = (self.a if self.turn % 2 else self.b).trainable_variables
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": loss * len(part)}
model = Alternating(); model.compile("sgd")
model.fit(np.ones((12, 2), "float32"), batch_size=4, verbose=0)
