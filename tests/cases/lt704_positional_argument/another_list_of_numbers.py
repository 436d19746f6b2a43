# A list of numbers as the input of a layer, which Keras 2 turned into a tensor
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], 2))

    def call(self, x):
        return x @ self.w


scale = Scale(name="scale")
print(scale([[2.0, 2.0, 2.0]]))  # finds: LT704 scale
