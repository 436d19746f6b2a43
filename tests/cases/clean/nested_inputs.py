import numpy as np, tensorflow as tf, keras
from keras import layers

class Fuse(layers.Layer):
    def build(self, shapes): self.w = self.add_weight(shape=(shapes["a"][-1], 2))
    def call(self, inputs): return inputs["a"] @ self.w + inputs["b"]
inputs = {"a": keras.Input((4,)), "b": keras.Input((2,))}
model = keras.Model(inputs, Fuse()(inputs)); model.predict({"a": np.ones((1, 4)), "b": np.ones((1, 2))}, verbose=0)
class Pair(layers.Layer):
    def build(self, left_shape, right_shape): self.w = self.add_weight(shape=(left_shape[-1], right_shape[-1]))
    def call(self, left, right): return left @ self.w + right
    def compute_output_shape(self, left_shape, right_shape): return right_shape
a, b = keras.Input((3,)), keras.Input((2,)); keras.Model([a, b], Pair()(a, b)).predict([np.ones((1, 3)), np.ones((1, 2))], verbose=0)
