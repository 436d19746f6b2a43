# call takes two arguments, and fit passes one list (tensorflow#46090)
import keras
import numpy as np
from keras import layers, ops


class Matcher(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.shared = layers.Dense(8)
        self.last = layers.Dense(1)

    def build(self, *shapes):
        self.shared.build((None, 3))
        self.last.build((None, 8))

    def call(self, left, right):  # finds: LT312 matcher
        return self.last(ops.abs(self.shared(left) - self.shared(right)))


matcher = Matcher(name="matcher")
left, right = np.ones((4, 3), "float32"), np.zeros((4, 3), "float32")
print("called:", matcher(left, right).shape)
matcher.compile("adam", "mse")
matcher.fit([left, right], np.ones((4, 1), "float32"), verbose=0)
print("trained")
