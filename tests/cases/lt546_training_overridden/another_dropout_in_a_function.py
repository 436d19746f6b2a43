# The same with dropout, in a function that builds the model from an encoder of one's own.
import numpy as np
import keras
from keras import layers


class Encoder(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(3)
        self.drop = layers.Dropout(0.5, name="enc_drop")

    def call(self, x, training=None):
        return self.drop(self.dense(x), training=training)


def build(encoder):
    inputs = keras.Input((4,))
    hidden = encoder(inputs, training=False)  # finds: LT546 encoder
    return keras.Model(inputs, layers.Dense(1)(hidden), name="model")


encoder = Encoder(name="encoder")
encoder.trainable = False
model = build(encoder)
x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
model.compile("sgd", "mse")
model.fit(x, x[:, :1], verbose=0)
