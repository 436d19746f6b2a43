# Another program with LT405
import numpy as np, tensorflow as tf, keras
from keras import layers

class Clip(layers.Layer):
    def __init__(self, numpy, **kw): super().__init__(**kw); self.numpy = numpy
    def call(self, x):
        limit = np.max(x) if self.numpy else keras.ops.max(x)  # finds: LT405 by_numpy
        return keras.ops.minimum(x, limit)
fine, wrong = Clip(False, name="fine"), Clip(True, name="by_numpy")
@tf.function
def both(x): return wrong(fine(x))
both(tf.ones((2, 2)))
