# The weight is added in the trace of a train step: Keras's lock rejects it, not TensorFlow
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Block(layers.Layer):
    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.dense = layers.Dense(width)

    def call(self, x):
        scale = self.add_weight(shape=(self.width,), initializer="ones", name="scale")  # finds: LT104 block
        return self.dense(x) * scale

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block(4)
        self.head = layers.Dense(1)

    def call(self, x):
        return self.head(self.block(x))

rng = np.random.default_rng(0)
model = Net()
model.compile("adam", "mse")
try:
    model.fit(rng.normal(size=(32, 3)), rng.normal(size=(32, 1)), verbose=0)
except ValueError as error:
    print(str(error)[:70])
