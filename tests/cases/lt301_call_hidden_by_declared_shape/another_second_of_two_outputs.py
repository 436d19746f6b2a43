# LT301 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Halves(layers.Layer):
    def call(self, x): return x[:, :2], x[:, 2:]
    def compute_output_shape(self, shape):
        return (shape[0], 2), (shape[0], 2)  # finds: LT305 halves
inputs = keras.Input((5,))
left, right = Halves(name="halves")(inputs)
model = keras.Model(inputs, [left, right])
model.predict(np.ones((2, 5)), verbose=0)
