# LT521 in another program: a callback resets one of the two metrics that the model does not list
import numpy as np, tensorflow as tf, keras
from keras import layers

class Ranker(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.score, self.shown = layers.Dense(1), keras.metrics.Mean(name="shown")
        self.margin, self.size = keras.metrics.Mean(name="margin"), keras.metrics.Mean(name="size")
    @property
    def metrics(self):
        return [self.shown]  # finds: LT521 ranker
    def call(self, x): return self.score(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            guess = self(x, training=True)
            loss = tf.reduce_mean(tf.square(guess - y))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.shown.update_state(loss)
        self.margin.update_state(tf.reduce_max(guess))
        self.size.update_state(tf.abs(guess))
        return {"loss": self.shown.result(), "margin": self.margin.result(), "size": self.size.result()}
class Fresh(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None): self.model.margin.reset_state()
ranker = Ranker(name="ranker")
ranker.compile("sgd")
ranker.fit(np.ones((8, 2), "float32"), np.zeros((8, 1), "float32"), batch_size=4, epochs=2, verbose=0, callbacks=[Fresh()])
