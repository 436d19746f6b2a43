# The class is defined in a function, which Python names in its error: 'scoring.<locals>.Scorer'
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
from keras import layers


def scoring(units):
    class Scorer(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.output = layers.Dense(units)  # finds: LT310 scorer

        def call(self, x):
            return self.output(x)

    return Scorer()


scoring(1)(keras.ops.ones((2, 3)))
