# Another program with LT501
import numpy as np, tensorflow as tf, keras
from keras import layers

class Jitter(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.seed = keras.random.SeedGenerator(3)
    def call(self, x, training=None):
        return x + keras.random.normal((4,), seed=self.seed) if training else x
class Passing(layers.Layer):
    def call(self, x, training=None): return x * 2.0
net = keras.Sequential([keras.Input((4,)), Passing(), Jitter(name="jitter"), layers.Dense(1)])
optimizer = keras.optimizers.SGD()
@tf.function
def step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(net(x))  # finds: LT501 jitter
    optimizer.apply(tape.gradient(loss, net.trainable_variables), net.trainable_variables)
optimizer.build(net.trainable_variables); step(tf.ones((2, 4)))
