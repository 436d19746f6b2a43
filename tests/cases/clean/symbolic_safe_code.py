import numpy as np, tensorflow as tf, keras
from keras import layers

class Safe(layers.Layer):
    def call(self, x):
        batch = keras.ops.shape(x)[0]
        y = keras.ops.reshape(x, (batch, -1))
        if x.shape[-1] == 3: y = y * 2
        for factor in (1.0, 2.0): y = y * factor
        return keras.ops.where(keras.ops.mean(y) > 0, y, -y)
inputs = keras.Input((2, 3)); model = keras.Model(inputs, keras.ops.sum(Safe()(inputs), axis=-1))
model.predict(np.ones((3, 2, 3)), verbose=0); Safe()(tf.ones((1, 2, 3)))
class Graph(layers.Layer):
    @tf.function
    def call(self, x):
        if tf.reduce_mean(x) > 0: return -x
        return x
keras.Sequential([keras.Input((2,)), Graph()])(np.ones((1, 2), "float32"))
