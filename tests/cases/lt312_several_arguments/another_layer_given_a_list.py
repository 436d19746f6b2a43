# A layer that takes two arguments is called with a list of both in a functional model
import keras
from keras import layers, ops


class Gate(layers.Layer):
    def call(self, x, gate, scale=1.0):  # finds: LT312 gate
        return scale * x * ops.sigmoid(gate)


a, b = keras.Input((3,)), keras.Input((3,))
print(keras.Model([a, b], Gate(name="gate")([a, b])).count_params())
