# Clean: regularizers and add_loss, read by fit, by a train_step, in a helper, or of layers that are not trained
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.ones((4, 3), "float32"), np.ones((4, 1), "float32")
def make(): return keras.Sequential([keras.Input((3,)), layers.Dense(4, kernel_regularizer="l2"), layers.ActivityRegularization(0.1), layers.Dense(1)])
fitted = make(); fitted.compile("sgd", "mse"); fitted.fit(x, y, epochs=2, verbose=0)

looped, optimizer = make(), keras.optimizers.SGD()
def penalty(net): return sum(net.losses)
@tf.function
def step(x, y):
    with tf.GradientTape() as tape: loss = tf.reduce_mean((looped(x, training=True) - y) ** 2) + penalty(looped)
    optimizer.apply(tape.gradient(loss, looped.trainable_variables), looped.trainable_variables)
for _ in range(3): step(x, y)

eager, plain = make(), keras.optimizers.SGD()
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((eager(x, training=True) - y) ** 2)
        if eager.losses: loss += tf.add_n(eager.losses)
    plain.apply_gradients(zip(tape.gradient(loss, eager.trainable_variables), eager.trainable_variables))

class Stepping(keras.Model):
    def __init__(self): super().__init__(); self.inner = make()
    def call(self, x): return self.inner(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape: loss = self.compute_loss(x, y, self(x, training=True))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}
stepping = Stepping(); stepping(x); stepping.compile("sgd", "mse"); stepping.fit(x, y, verbose=0)

frozen, head, other = make(), layers.Dense(1), keras.optimizers.SGD()
frozen.trainable = False
for _ in range(2):
    with tf.GradientTape() as tape: loss = tf.reduce_mean((head(frozen(x, training=False)) - y) ** 2)
    other.apply(tape.gradient(loss, head.trainable_variables), head.trainable_variables)

inner, sgd = make(), keras.optimizers.SGD()
@tf.function
def loss_of(x, y): return tf.reduce_mean((inner(x, training=True) - y) ** 2) + sum(inner.losses)
@tf.function
def learn(x, y):
    with tf.GradientTape() as tape: loss = loss_of(x, y)
    sgd.apply(tape.gradient(loss, inner.trainable_variables), inner.trainable_variables)
loss_of(x, y); learn(x, y); learn(x, y)
