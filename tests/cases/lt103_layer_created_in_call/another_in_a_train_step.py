# LT103 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Contrast(keras.Model):
    def __init__(self, body, **kw): super().__init__(**kw); self.body = body
    def call(self, x): return self.body(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            z = self(x, training=True)
            z = layers.Dense(3)(z)  # finds: LT103 contrast
            loss = tf.reduce_mean((z - y) ** 2)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}
other, model = (Contrast(keras.Sequential([keras.Input((2,)), layers.Dense(4)]), name=name) for name in ("idle", "contrast"))
model.compile("sgd", run_eagerly=True)
model.fit(np.ones((8, 2)), np.ones((8, 3)), batch_size=4, verbose=0)
