# Another program with LT702
import numpy as np, tensorflow as tf, keras, tf_keras
from keras import layers

def build(head):
    inputs = keras.Input((3,))
    return keras.Model(inputs, head(layers.Dense(2)(inputs)))  # finds: LT702 old_head
build(layers.Dense(1, name="new_head"))
build(tf_keras.layers.Dense(1, name="old_head"))
