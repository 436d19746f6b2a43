# The weight of a layer of one's own is a constant.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Linear(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], self.units), initializer="ones", name="w")  # finds: LT529 first
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

    def call(self, inputs):
        return keras.ops.matmul(inputs, self.w) + self.b

class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.first, self.second = Linear(6, name="first"), Linear(1, name="second")

    def call(self, inputs):
        return self.second(keras.ops.tanh(self.first(inputs)))

net, sgd = Net(), keras.optimizers.SGD(0.01)
x = np.random.default_rng(1).normal(size=(32, 4)).astype("float32")
for _ in range(6):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(net(x, training=True) - x[:, :1]))
    sgd.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
