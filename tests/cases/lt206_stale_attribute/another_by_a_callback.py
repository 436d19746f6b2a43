# LT206 in another program: a callback changes what train_step and call read, and a global is read by a Lambda
import numpy as np, tensorflow as tf, keras
from keras import layers

class Prior(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.mask = tf.ones(2)
    def call(self, x): return x * self.mask
class Auto(keras.Model):
    def __init__(self): super().__init__(name="auto"); self.out, self.prior, self.beta = layers.Dense(2), Prior(name="prior"), 0.0
    def build(self, shape): self.out.build(shape)
    def call(self, x): return self.prior(self.out(x))
    def train_step(self, x):
        with tf.GradientTape() as tape: loss = (1 + self.beta) * tf.reduce_mean(self(x, training=True) ** 2)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}
class Anneal(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.beta = epoch / 10  # finds: LT206 auto
        if epoch: self.model.prior.mask = tf.constant([0.0, 1.0])  # finds: LT206 prior
auto = Auto(); auto.compile("sgd")
auto.fit(np.ones((4, 2), "float32"), epochs=3, verbose=0, callbacks=[Anneal()])
heat = 2.0
cooled = keras.Sequential([keras.Input((2,)), layers.Lambda(lambda x: x / heat, name="cooled")])
cooled.predict(np.ones((1, 2)), verbose=0)
heat = 1.0  # finds: LT206 cooled
cooled.predict(np.ones((1, 2)), verbose=0)
