# LT304 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Fuse(layers.Layer):
    def build(self, image, text): self.w = self.add_weight(shape=(image[-1], text[-1]), name="w")  # finds: LT304 fuse
    def call(self, image, text): return image @ self.w + text
image, text = keras.Input((3,)), keras.Input((2,))
keras.Model([image, text], Fuse(name="fuse")(image, text))
