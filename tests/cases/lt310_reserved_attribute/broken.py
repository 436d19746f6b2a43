# The last layer is kept as self.output, a property of every Keras layer (tensorflow#26536)
import keras
import numpy as np
from keras import layers


class Scorer(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(8, activation="relu")
        self.output = layers.Dense(1)  # finds: LT310 scorer

    def call(self, x):
        return self.output(self.hidden(x))


print("scores:", Scorer(name="scorer")(np.ones((2, 3), "float32")).shape)
