# An optimizer receives a variable that it was not built with
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

a = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
b = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
opt = keras.optimizers.Adam()
for model in (a, b):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(tf.ones((4, 2))) ** 2)
    opt.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))  # finds: LT604 -
