# A train_step that applies its optimizer under a condition of Python: https://github.com/keras-team/keras/issues/14483
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Accumulating(keras.Model):
    def __init__(self, every, **kwargs):
        super().__init__(**kwargs)
        self.every, self.out = every, layers.Dense(1)
        self.seen = iter(range(1, 1000))
    def build(self, shape): self.out.build((None, 3))
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
        gradients = tape.gradient(loss, self.trainable_variables)
        if next(self.seen) % self.every == 0:  # finds: LT510 accumulating
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}

accumulating = Accumulating(4, name="accumulating")
accumulating(np.ones((1, 3)))
accumulating.compile(optimizer=keras.optimizers.SGD(0.1))
before = accumulating.get_weights()[0]
accumulating.fit(np.ones((16, 3)), np.ones((16, 1)), batch_size=2, verbose=0)
print("moved:", not np.array_equal(before, accumulating.get_weights()[0]))
