# LT521 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers, ops

class Autoencoder(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.encoder, self.decoder = layers.Dense(2), layers.Dense(3)
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.code_tracker = keras.metrics.Mean(name="code")
    @property
    def metrics(self):
        return [self.loss_tracker, self.code_tracker]
    def call(self, x):
        code = self.encoder(x)
        return self.decoder(code), ops.mean(ops.square(code))
    def train_step(self, x):
        with tf.GradientTape() as tape:
            restored, size = self(x, training=True)
            loss = ops.mean(ops.square(x - restored)) + size
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.loss_tracker.update_state(loss)
        self.code_tracker.update_state(size)
        return {"loss": self.loss_tracker.result(), "code": self.code_tracker.result()}

model = Autoencoder(name="autoencoder")
model.compile("adam")
model.fit(np.ones((8, 3), "float32"), epochs=3, batch_size=4, verbose=0)
print("the last epoch had 2 batches:", int(model.code_tracker.count) == 2)
