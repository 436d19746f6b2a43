# Another program with LT702
import numpy as np, tensorflow as tf, keras, tf_keras
from keras import layers

inputs = keras.Input((3,))
hidden = layers.Dense(2)(inputs)
class Old(tf_keras.layers.Layer):
    def call(self, x): return x * 2.0
doubled = Old(name="doubling")(hidden)  # finds: LT702 doubling
head = tf_keras.layers.Dense(1, name="old_head")
head(hidden)  # finds: LT702 old_head
