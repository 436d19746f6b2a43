# LT504 in another program: one of two models is called before the tape records
import numpy as np, tensorflow as tf, keras
from keras import layers

encoder = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization()], name="encoder")
head = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="head")
optimizer = keras.optimizers.SGD(0.1)
@tf.function
def step(x, y):
    code = encoder(x, training=True)  # finds: LT504 encoder
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((head(code, training=True) - y) ** 2)
    weights = encoder.trainable_variables + head.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
for _ in range(3): step(tf.ones((2, 4)), tf.ones((2, 1)))
