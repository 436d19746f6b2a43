# "A non-persistent GradientTape can only be used to compute one set of gradients" (https://github.com/tensorflow/tensorflow/issues/31265)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

squeeze = keras.Sequential([keras.Input((6,)), layers.Dense(2)], name="squeeze")
unfold = keras.Sequential([keras.Input((2,)), layers.Dense(6)], name="unfold")
slow, fast = keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.1)
x = np.random.default_rng(0).normal(size=(16, 6)).astype("float32")
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(unfold(squeeze(x)) - x))
    slow.apply(tape.gradient(loss, squeeze.trainable_variables), squeeze.trainable_variables)
    fast.apply(tape.gradient(loss, unfold.trainable_variables), unfold.trainable_variables)  # finds: LT519 unfold
print("steps", int(fast.iterations))
