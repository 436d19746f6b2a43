# SOURCE: https://github.com/tensorflow/tensorflow/issues/30786
# SYMPTOM: a residual net of three blocks has as many weights as one of a single block
# CULPRIT: block
# LINE: 19
# FIX: a list comprehension, so that each block is made anew: [layers.Dense(...) for _ in range(depth)]
# OUTCOME: silent
# IDEAL: self.blocks of resnet holds the one layer block three times: it is called three times in a row with the same kernel, so the model has one block's weights.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(3)


class ResNet(keras.Model):
    def __init__(self, width, depth, **kwargs):
        super().__init__(**kwargs)
        self.stem = layers.Dense(width, name="stem")
        self.blocks = [layers.Dense(width, activation="relu", name="block")] * depth
        self.head = layers.Dense(2, name="head")

    def call(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = x + block(x)
        return self.head(x)


rng = np.random.default_rng(0)
x, y = rng.normal(size=(64, 6)).astype("float32"), rng.integers(0, 2, 64)
resnet = ResNet(8, 3, name="resnet")
resnet.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
resnet.fit(x, y, epochs=2, verbose=0)
print("weights of the net:", len(resnet.weights), "parameters:", resnet.count_params())
