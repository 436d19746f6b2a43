# LT302 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Picky(keras.Model):
    def __init__(self):
        super().__init__(); self.inner = layers.Dense(2)
    def call(self, x): return self.inner(x)
model = Picky()
model.build(input_shape=(None, 5))  # finds: LT302 picky
model.predict(np.ones((4, 5)), verbose=0)
