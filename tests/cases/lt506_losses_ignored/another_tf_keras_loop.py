# LT506 in another program, in tf_keras
import os
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import numpy as np, tensorflow as tf, tf_keras as keras
from tf_keras import layers

inputs = keras.Input((3,))
model = keras.Model(inputs, layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.1), name="score")(inputs))
optimizer = keras.optimizers.SGD(0.1)
x, y = tf.ones((4, 3)), tf.ones((4, 1))
@tf.function
def train(x, y):
    with tf.GradientTape() as tape:
        error = tf.reduce_mean((model(x, training=True) - y) ** 2)  # finds: LT506 score
    optimizer.minimize(error, model.trainable_variables, tape=tape)
for _ in range(3): train(x, y)
