# LT525 in another program: eager steps, of which only the result is known
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
scale = keras.Sequential([keras.Input((2,)), layers.Dense(1, kernel_initializer="zeros")], name="scale")
optimizer = keras.optimizers.SGD(0.1)
for _ in range(2):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.sqrt(scale(tf.ones((4, 2)), training=True)))
    optimizer.apply(tape.gradient(loss, scale.trainable_variables), scale.trainable_variables)  # finds: LT525 scale
