# Another program with LT503
import numpy as np, tensorflow as tf, keras
from keras import layers

class Lookup(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw); self.offsets = tf.constant(np.arange(3.0))
    def call(self, x): return x + self.offsets  # finds: LT503 double
model = keras.Sequential([layers.Dense(3), Lookup(name="double")])
model(np.ones((2, 2), "float32"))
