# A train_step updates a metric of the module, which the model does not know.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

error = keras.metrics.MeanAbsoluteError(name="error")

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
        error.update_state(y, guess)  # finds: LT521 net
        return {"error": error.result()}

net = Net()
net.compile("sgd")
x = np.random.default_rng(1).normal(size=(32, 3)).astype("float32")
net.fit(x, x[:, :1], epochs=3, verbose=0)
