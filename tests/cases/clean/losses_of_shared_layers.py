# Clean: a model uses a layer with a loss on two inputs, on purpose; such a model is also part of a larger one
import numpy as np, tensorflow as tf, keras
from keras import layers

class Sparse(layers.Layer):
    def call(self, x):
        self.add_loss(keras.ops.mean(keras.ops.abs(x)))
        return x
shared = Sparse()
left, right = keras.Input((3,)), keras.Input((3,))
pair = keras.Model([left, right], layers.Subtract()([shared(left), shared(right)]))
whole = keras.Model([left, right], layers.Dense(1)(pair([left, right])))
whole.compile("sgd", "mse")
whole.fit([np.ones((4, 3))] * 2, np.ones((4, 1)), verbose=0)
whole([tf.ones((1, 3))] * 2)
