# SOURCE: https://github.com/tensorflow/tensorflow/issues/30786
# MENDED: twin of 51_one_block_times_three.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(3)


class ResNet(keras.Model):
    def __init__(self, width, depth, **kwargs):
        super().__init__(**kwargs)
        self.stem = layers.Dense(width, name="stem")
        self.blocks = [layers.Dense(width, activation="relu", name=f"block_{n}") for n in range(depth)]
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
