# State added after build: "You cannot add new elements of state"
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Gate(layers.Layer):
    def call(self, x):
        g = self.add_weight(shape=(x.shape[-1],), initializer="ones", name="g")  # finds: LT104 gate
        return x * g
Gate()(np.ones((2, 3), "float32"))
