# A layer for each number of features
import keras
import numpy as np
from keras import ops


class Projection(keras.layers.Layer):
    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], 2))

    def call(self, x):
        return ops.matmul(x, self.kernel)


projection, other = Projection(name="projection"), Projection(name="other")
print("first:", projection(np.ones((1, 3), "float32")).shape)
print("second:", other(np.ones((1, 4), "float32")).shape)
