import keras
import tensorflow as tf
from keras import layers

inputs = x = keras.Input((16,))
for i in range(50):
    y = layers.Dense(16, name=f"dense_{i}")(x)
    y = layers.LayerNormalization(name=f"norm_{i}")(y)
    y = layers.Activation("relu", name=f"relu_{i}")(y)
    x = layers.Add(name=f"add_{i}")([x, y])
model = keras.Model(inputs, layers.Dense(1)(x))
for _ in range(3):
    model(tf.zeros((4, 16)))
