# A metric of the module that a callback resets, one that fit only updates, and one that is read at the end.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

error = keras.metrics.MeanAbsoluteError(name="error")
total = keras.metrics.Mean(name="over all epochs")

class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.out = layers.Dense(1)

    def call(self, inputs):
        return self.out(inputs)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            guess = self(x, training=True)
            loss = tf.reduce_mean(tf.square(guess - y))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        error.update_state(y, guess)
        total.update_state(loss)
        return {"error": error.result()}

class Reset(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        error.reset_state()

net = Net()
net.compile("sgd")
x = np.random.default_rng(1).normal(size=(32, 3)).astype("float32")
net.fit(x, x[:, :1], epochs=3, verbose=0, callbacks=[Reset()])
print(float(total.result()))
