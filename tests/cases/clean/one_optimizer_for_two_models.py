import numpy as np, tensorflow as tf, keras
from keras import layers

a, b = (keras.Sequential([keras.Input((2,)), layers.Dense(1)]) for _ in range(2))
optimizer = keras.optimizers.Adam(); variables = a.trainable_variables + b.trainable_variables; optimizer.build(variables)
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((a(tf.ones((4, 2))) - b(tf.ones((4, 2)))) ** 2)
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
