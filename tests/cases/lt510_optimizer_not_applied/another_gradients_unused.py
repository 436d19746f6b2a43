# LT510 in another program: the gradients are computed, and nothing is done with them
import numpy as np, tensorflow as tf, keras
from keras import layers

class Forgetful(keras.Model):
    def __init__(self, **kwargs): super().__init__(**kwargs); self.out = layers.Dense(1)
    def build(self, shape): self.out.build((None, 3))
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape: loss = self.compute_loss(x, y, self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)  # finds: LT510 forgetful
        gradients = [tf.clip_by_norm(gradient, 1.0) for gradient in gradients]
        return {"loss": loss}
model = Forgetful(name="forgetful"); model.compile("sgd", "mse"); model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
