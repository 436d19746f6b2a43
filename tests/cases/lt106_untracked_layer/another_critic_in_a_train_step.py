# LT106 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Judge:  # finds: LT106 judge
    def __init__(self): self.net = layers.Dense(1, name="judge")
    def __call__(self, z): return tf.reduce_mean(self.net(z) ** 2)
class Autoencoder(keras.Model):
    def __init__(self, **kw):
        super().__init__(**kw); self.code, self.judge = layers.Dense(2), Judge()
    def build(self, shape): self.code.build(shape)
    def call(self, x): return self.code(x)
    def train_step(self, data):
        with tf.GradientTape() as tape: loss = self.judge(self(data[0], training=True))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}
model = Autoencoder(name="autoencoder"); model.compile("sgd")
model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
