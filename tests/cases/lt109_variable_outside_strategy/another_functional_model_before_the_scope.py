# LT109 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

strategy = tf.distribute.MirroredStrategy(["/cpu:0"])
inputs = keras.Input((2,))
model = keras.Model(inputs, layers.Dense(1)(layers.Dense(3)(inputs)), name="before")  # finds: LT109 before
with strategy.scope(): model.compile("sgd", "mse")
model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
