# LT506 in another program: the divergence that a layer adds is lost in a train_step
import numpy as np, tensorflow as tf, keras
from keras import layers

class Sample(layers.Layer):
    def call(self, inputs):
        mean, log_variance = inputs
        self.add_loss(-0.5 * tf.reduce_mean(1 + log_variance - mean ** 2 - tf.exp(log_variance)))
        return mean + tf.exp(0.5 * log_variance) * 0.1

class Vae(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.mean, self.spread, self.sample, self.back = layers.Dense(2), layers.Dense(2), Sample(name="sample"), layers.Dense(4)
    def build(self, shape): self.mean.build((None, 4)); self.spread.build((None, 4)); self.back.build((None, 2))
    def call(self, x): return self.back(self.sample((self.mean(x), self.spread(x))))
    def train_step(self, data):
        x = data[0] if isinstance(data, tuple) else data
        with tf.GradientTape() as tape:
            rebuilt = self(x, training=True)
            loss = tf.reduce_mean((x - rebuilt) ** 2)  # finds: LT506 sample
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": loss}

vae = Vae(); vae(np.ones((1, 4))); vae.compile("adam"); vae.fit(np.ones((8, 4), "float32"), epochs=2, verbose=0)
