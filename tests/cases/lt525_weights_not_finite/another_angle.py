# LT525 in another program: the angle between two vectors that have one direction
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
class Turner(keras.Model):
    def __init__(self):
        super().__init__(name="turner")
        self.turn = layers.Dense(3, use_bias=False, kernel_initializer="identity")
    def call(self, x): return self.turn(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            cosine = tf.reduce_sum(self(x, training=True) * y, axis=-1)
            loss = tf.reduce_mean(tf.acos(cosine))  # finds: LT525 turner
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}

turner = Turner(); turner.compile("adam")
axes = np.eye(3, dtype="float32")
turner.fit(axes, axes, epochs=2, verbose=0)
