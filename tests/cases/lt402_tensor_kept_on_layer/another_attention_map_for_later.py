# Another program with LT402
import numpy as np, tensorflow as tf, keras
from keras import layers

class Attend(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw); self.maps = {}
    def call(self, x):
        weights = keras.ops.softmax(x)
        self.maps["last"] = weights  # finds: LT402 keeper
        return x * weights
model = keras.Sequential([keras.Input((3,)), layers.Dense(3), Attend(name="keeper")])
model.predict(np.ones((2, 3)), verbose=0)
