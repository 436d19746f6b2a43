# "Experts start alike, Keras 3 does not warn" (https://github.com/keras-team/keras-hub/issues/352)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers, ops

class Vote(layers.Layer):
    def __init__(self, members, initializer="he_normal"):
        super().__init__()
        self.initializer = keras.initializers.get(initializer)
        self.members = [
            layers.Dense(3, kernel_initializer=self.initializer, name=f"member_{n}")  # finds: LT111 member_1
            for n in range(members)
        ]
    def build(self, shape):
        for member in self.members: member.build(shape)
    def call(self, x): return ops.mean(ops.stack([member(x) for member in self.members]), axis=0)
vote = Vote(2)
vote(np.ones((2, 5), "float32"))
first, second = (member.get_weights()[0] for member in vote.members)
print("alike", np.array_equal(first, second))
