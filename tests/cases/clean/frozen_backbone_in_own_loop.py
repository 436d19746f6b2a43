import numpy as np, tensorflow as tf, keras
from keras import layers

base = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.BatchNormalization(), layers.Dropout(0.5)])
base.trainable = False
head = layers.Dense(1); head.build((None, 4)); optimizer = keras.optimizers.Adam()
def step(x, y):
    features = base(x, training=False)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((head(features) - y) ** 2)
    optimizer.apply_gradients(zip(tape.gradient(loss, head.trainable_variables), head.trainable_variables))
for _ in range(3): step(tf.ones((2, 3)), tf.ones((2, 1)))
