# LT109 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

strategy = tf.distribute.MirroredStrategy(["/cpu:0"])
with strategy.scope():
    early = layers.Dense(2, name="early"); early.build((None, 3))
    late = layers.Dense(1, name="late")
late.build((None, 2))  # finds: LT109 late
