# An output is kept in an attribute, used in training only, used through a state, or made for a loss
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Penalty(layers.Layer):
    def call(self, x):
        self.add_loss(tf.reduce_mean(tf.square(x)))
        return x * 1.0

class Count(layers.Layer):
    def build(self, shape): self.seen = self.add_weight(shape=(), initializer="zeros", trainable=False, name="seen")
    def call(self, x):
        self.seen.assign_add(1.0)
        return x + 0.0

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden, self.out, self.aux = layers.Dense(4), layers.Dense(1), layers.Dense(1)
        self.penalty, self.count, self.read = Penalty(), Count(), layers.GRU(3, return_state=True)
    def build(self, shape):
        for layer in (self.hidden, self.out, self.aux): layer.build((None, 4))
        self.read.build((None, 2, 2))
        self.count.build(shape)
        self.built = True
    def call(self, x, training=False):
        h = self.hidden(x)
        extra = self.aux(h)
        checked = self.penalty(h)
        self.count(h)
        output, state = self.read(tf.reshape(h, (-1, 2, 2)))
        answer = self.out(h) + tf.reduce_sum(state)
        return (answer, extra) if training else answer
net = Net()
x = tf.ones((2, 4))
train, serve = tf.function(lambda x: net(x, training=True)), tf.function(lambda x: net(x, training=False))
train(x), serve(x)

@tf.function
def first_only(x): return net(x, training=True)[0]
first_only(x)
inputs = keras.Input((4,))
body = layers.Dense(3)(inputs)
head = layers.Dense(1)(body)
features = keras.Model(inputs, body)
model = keras.Model(inputs, head)
model(x), features(x)
