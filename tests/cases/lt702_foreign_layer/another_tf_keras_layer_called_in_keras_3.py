# Another program with LT702
import numpy as np, tensorflow as tf, keras
from keras import layers

import tf_keras
class Wrapper(keras.Model):
    def __init__(self):
        super().__init__()
        self.foreign, self.own = tf_keras.layers.Dense(2, name="foreign"), layers.Dense(2)
    def call(self, x): return self.own(self.foreign(x))  # finds: LT702 foreign
Wrapper()(tf.ones((1, 2)))
