# https://stackoverflow.com/questions/57965493: weights [batch, 1] times losses [batch]
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Prices(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.out = layers.Dense(1)

    def call(self, x):
        return self.out(x)

    def train_step(self, data):
        x, y, weight = data
        with tf.GradientTape() as tape:
            losses = keras.losses.mean_squared_error(y, self(x, training=True))
            loss = tf.reduce_mean(losses * weight)  # finds: LT514 prices
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return {"loss": loss}

x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
prices = Prices(name="prices")
prices.compile("sgd")
prices.fit(tf.data.Dataset.from_tensor_slices((x, x[:, :1], np.abs(x[:, 1:2]))).batch(8), verbose=0)
