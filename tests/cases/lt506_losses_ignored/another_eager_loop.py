# LT506 in another program: an eager loop, with the loss in a function of its own, and a helper that updates
import numpy as np, tensorflow as tf, keras
from keras import layers

head = keras.Sequential([keras.Input((3,)), layers.Dense(4, activity_regularizer=keras.regularizers.L1(0.1), name="codes"), layers.Dense(1)])
sgd = keras.optimizers.SGD(0.1)
def update(tape, loss, weights):
    sgd.apply_gradients(zip(tape.gradient(loss, weights), weights))
x, y = tf.ones((4, 3)), tf.ones((4, 1))
for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((head(x, training=True) - y) ** 2)  # finds: LT506 codes
    update(tape, loss, head.trainable_variables)
