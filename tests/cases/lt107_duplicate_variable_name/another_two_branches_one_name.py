# LT107 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Gates(layers.Layer):
    def build(self, shape):
        self.open_gate = self.add_weight(shape=(3,), name="gate")
        self.shut_gate = self.add_weight(shape=(4,), name="gate")  # finds: LT107 gates
    def call(self, x): return x
Gates()(np.ones((1, 2), "float32"))
model = keras.Sequential([layers.Dense(2, name="twin")])
model.add(layers.Dense(3, name="twin"))  # finds: LT108 twin
