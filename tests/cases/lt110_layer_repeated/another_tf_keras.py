import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tf_keras

class Deep(tf_keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.parts = [tf_keras.layers.Dense(3)] * 2  # finds: LT110 dense
    def build(self, shape):
        self.parts[0].build(shape)
        self.built = True
    def call(self, x): return self.parts[1](self.parts[0](x))
deep = Deep()
deep(np.ones((2, 3), "float32"))
