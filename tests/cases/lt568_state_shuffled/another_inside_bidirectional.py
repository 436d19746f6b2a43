# LT568 in another program: a model of its own reads in both directions, and is fitted to a list of arrays
import numpy as np, keras
from keras import layers

class Tide(keras.Model):
    def __init__(self):
        super().__init__(name="tide")
        self.both = layers.Bidirectional(layers.GRU(3, stateful=True), name="both")
        self.level = layers.Dense(1)

    def call(self, inputs):
        return self.level(self.both(inputs))

heights = np.random.rand(20, 5, 1).astype("float32")
tide = Tide()
tide.compile("sgd", "mse")
tide.fit(  # finds: LT568 tide
    heights,
    heights[:, 0],
    batch_size=4,
    epochs=1,
    verbose=0,
)
