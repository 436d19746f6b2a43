# LT105 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

sharpness = tf.Variable(1.0)  # finds: LT105 sharpen
inputs = keras.Input((2,))
x = layers.Dense(2)(inputs)
model = keras.Model(inputs, layers.Lambda(lambda t: t * sharpness, name="sharpen")(x))
model.compile("sgd", "mse"); model.fit(np.ones((4, 2)), np.ones((4, 2)), verbose=0)
