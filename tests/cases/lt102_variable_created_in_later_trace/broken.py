# Optimizer / metric variables first created inside the traced step
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])

@tf.function
def step(opt, x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(x) ** 2)
    opt.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))  # finds: LT102 -

step(keras.optimizers.Adam(), tf.ones((4, 2)))              # slots created in the first trace: fine
step(keras.optimizers.SGD(momentum=0.9), tf.ones((4, 2)))   # slots created in a later trace: error
