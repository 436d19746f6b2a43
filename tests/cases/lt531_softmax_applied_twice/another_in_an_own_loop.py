# A sigmoid in call, and a loss in a loop of one's own that applies it again
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = (x[:, :1] > 0).astype("float32")

class Spam(keras.Model):
    def __init__(self):
        super().__init__(name="spam")
        self.score = layers.Dense(1)
    def call(self, x): return tf.sigmoid(self.score(x))

spam, sgd = Spam(), keras.optimizers.SGD(0.1)

@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        p = spam(x, training=True)
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=p))  # finds: LT531 spam
    sgd.apply(tape.gradient(loss, spam.trainable_variables), spam.trainable_variables)

spam(x)
for _ in range(3): step(x, y)
