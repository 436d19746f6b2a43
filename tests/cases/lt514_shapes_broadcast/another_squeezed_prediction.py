import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Regressor(keras.Model):
    def __init__(self):
        super().__init__(name="regressor")
        self.out = layers.Dense(1)
    def build(self, shape):
        self.out.build(shape)
        self.built = True
    def call(self, x): return tf.squeeze(self.out(x), -1)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            error = tf.math.squared_difference(y, self(x, training=True))  # finds: LT514 regressor
            loss = tf.reduce_mean(error)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}
model = Regressor()
model.compile("sgd")
model.fit(np.ones((8, 2), "float32"), np.ones((8, 1), "float32"), verbose=0)
