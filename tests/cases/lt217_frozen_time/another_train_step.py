# LT217 in another program: a stamp in a train_step, and in a function that a dataset maps
from datetime import datetime
import time
import numpy as np, tensorflow as tf, keras
from keras import layers

class Timed(keras.Model):
    def __init__(self): super().__init__(name="timed"); self.out = layers.Dense(1)
    def build(self, shape): self.out.build(shape)
    def call(self, x): return self.out(x)
    def train_step(self, data):
        began = time.time()  # finds: LT217 timed
        with tf.GradientTape() as tape: loss = tf.reduce_mean(self(data, training=True) ** 2)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss, "seconds": tf.constant(time.time() - began)}
model = Timed(); model.compile("sgd"); model.fit(np.ones((8, 2), "float32"), batch_size=2, verbose=0)
@tf.function
def stamped(x): return x + float(datetime.now().microsecond)  # finds: LT217 -
for _ in range(3): stamped(tf.ones(2))
