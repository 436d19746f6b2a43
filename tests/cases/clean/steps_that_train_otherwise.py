# Clean: steps that assign weights by hand, choose an optimizer in Python, use tf.cond, or only measure
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
class Base(keras.Model):
    def __init__(self, **kwargs): super().__init__(**kwargs); self.out = layers.Dense(1)
    def call(self, x): return self.out(x)
    def gradients(self, data):
        with tf.GradientTape() as tape: loss = tf.reduce_mean((self(data[0], training=True) - data[1]) ** 2)
        return loss, tape.gradient(loss, self.trainable_variables)
class ByHand(Base):
    def train_step(self, data):
        loss, gradients = self.gradients(data)
        for weight, gradient in zip(self.trainable_variables, gradients): weight.assign_sub(0.1 * gradient)
        return {"loss": loss}
class Choosing(Base):
    fine = False
    def train_step(self, data):
        loss, gradients = self.gradients(data)
        if self.fine: self.optimizer.apply([g * 0.1 for g in gradients], self.trainable_variables)
        else: self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": loss}
class InGraph(Base):
    def train_step(self, data):
        loss, gradients = self.gradients(data)
        self.optimizer.build(self.trainable_variables)
        def learn(): self.optimizer.apply_gradients(zip(gradients, self.trainable_variables)); return 1
        tf.cond(loss > 0.5, learn, lambda: 0)
        return {"loss": loss}
class Measuring(Base):
    def train_step(self, data): return {"loss": tf.reduce_mean((self(data[0], training=True) - data[1]) ** 2)}
class Running(Base):
    def __init__(self, **kwargs): super().__init__(**kwargs); self.center = self.add_weight(shape=(3,), trainable=False, name="center")
    def train_step(self, data): self.center.assign(0.9 * self.center + 0.1 * tf.reduce_mean(data[0], 0)); return {"loss": 0.0}
for cls in (ByHand, Choosing, InGraph, Measuring, Running):
    model = cls(); model(x); model.compile("sgd"); model.fit(x, y, batch_size=4, epochs=2, verbose=0)

net, sgd = keras.Sequential([keras.Input((3,)), layers.Dense(1)]), keras.optimizers.SGD()
@tf.function
def step(x, learn):
    with tf.GradientTape() as tape: loss = tf.reduce_mean(net(x, training=True) ** 2)
    if learn: sgd.apply(tape.gradient(loss, net.trainable_variables), net.trainable_variables)
    return loss
@tf.function
def saliency(x):
    with tf.GradientTape() as tape: tape.watch(x); y = tf.reduce_sum(net(x))
    return tape.gradient(y, x)
for learn in (False, False, True, True): step(tf.ones((2, 3)), learn); saliency(tf.ones((2, 3)))
