# LT211 in another program: a loop of one's own, and a weight that a method creates later
import numpy as np, tensorflow as tf, keras
from keras import layers

class Gate(layers.Layer):
    def __init__(self, **kwargs): super().__init__(**kwargs); self.inner, self.gain = layers.Dense(3), None
    def build(self, shape): self.inner.build(shape)
    def call(self, x): return self.inner(x) if self.gain is None else self.inner(x) * self.gain
    def open(self): self.gain = self.add_weight(shape=(3,), initializer="ones", name="gain")  # finds: LT211 gate
gate, optimizer = Gate(name="gate"), keras.optimizers.SGD(0.1)
x = tf.ones((2, 3)); gate(x)
@tf.function
def step():
    with tf.GradientTape() as tape: loss = tf.reduce_mean(gate(x) ** 2)
    optimizer.apply_gradients(zip(tape.gradient(loss, gate.trainable_variables), gate.trainable_variables))
step()
gate._tracker.unlock(); gate.open()
step(); step()
