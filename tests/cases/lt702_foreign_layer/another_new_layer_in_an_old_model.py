# Another program with LT702
import numpy as np, tensorflow as tf, keras, tf_keras
from keras import layers

model = tf_keras.Sequential(name="old")
model.add(tf_keras.layers.Dense(2, input_shape=(3,)))
for layer in (tf_keras.layers.ReLU(), layers.Dense(1, name="new_head")):
    model.add(layer)  # finds: LT702 new_head
