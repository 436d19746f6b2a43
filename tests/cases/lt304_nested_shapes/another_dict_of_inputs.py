# LT304 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Fuse(layers.Layer):
    def build(self, shapes):
        self.w = self.add_weight(shape=(shapes[-1], 2))  # finds: LT304 fuse
    def call(self, inputs): return inputs["image"] @ self.w
inputs = {"image": keras.Input((4,)), "text": keras.Input((2,))}
Fuse(name="fuse")(inputs)
