# LT301 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Double(layers.Layer):
    def call(self, x): return keras.ops.concatenate([x, x], -1)
    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, dtype=x.dtype)  # finds: LT305 double
model = keras.Sequential([keras.Input((4,)), Double(name="double")])
model.predict(np.ones((2, 4)), verbose=0)
