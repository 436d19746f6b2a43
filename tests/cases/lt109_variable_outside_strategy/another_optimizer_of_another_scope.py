# LT109 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

strategy = tf.distribute.MirroredStrategy(["/cpu:0"])
model = keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="plain")  # finds: LT109 plain
with strategy.scope():
    model.compile("adam", "mse")
model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
