# The gradients are clipped between, and the weights read from another list.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(5)
net = keras.Sequential([keras.Input((6,)), layers.Dense(6, "relu"), layers.Dense(6, "relu"), layers.Dense(6)], name="net")

class Trainer(keras.Model):
    def __init__(self, net, **kwargs):
        super().__init__(**kwargs)
        self.net = net

    def call(self, inputs, training=False):
        return self.net(inputs, training=training)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(self(x, training=True) - y))
        grads = tape.gradient(loss, self.net.trainable_variables)
        grads, _ = tf.clip_by_global_norm(grads, 1.0)
        self.optimizer.apply_gradients(zip(grads, sorted(self.net.trainable_variables, key=lambda w: w.path)[::-1]))  # finds: LT528 net
        return {"loss": loss}

model = Trainer(net, name="trainer")
model.compile(keras.optimizers.SGD(0.05))
x = np.random.default_rng(5).normal(size=(64, 6)).astype("float32")
model.fit(x, x, epochs=2, verbose=0)
