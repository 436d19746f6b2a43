import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Enrich(layers.Layer):
    def __init__(self):
        super().__init__()
        self.context = layers.Dense(4, name="context")
    def build(self, shape): self.context.build(shape)
    def call(self, x):
        extra = self.context(x)  # finds: LT315 context
        return tf.concat([x, x], axis=-1)

inputs = keras.Input((4,))
model = keras.Model(inputs, layers.Dense(1)(Enrich()(inputs)))
model.compile("sgd", "mse")
model.fit(np.ones((4, 4)), np.ones((4, 1)), verbose=0)
