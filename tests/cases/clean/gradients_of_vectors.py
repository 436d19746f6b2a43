# Saliency, a sum with its own gradient, the gradient of one number, and losses that no optimizer gets
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
x = tf.ones((4, 2))
with tf.GradientTape() as tape:
    tape.watch(x)
    out = model(x)
tape.gradient(out, x)
with tf.GradientTape() as tape:
    each = tf.square(model(x))
print([float(tf.norm(g)) for g in tape.gradient(each, model.trainable_variables)])
sgd = keras.optimizers.SGD(0.01)
with tf.GradientTape() as tape:
    one = tf.reduce_sum(tf.square(model(x)), keepdims=True)
sgd.apply(tape.gradient(one, model.trainable_variables), model.trainable_variables)
