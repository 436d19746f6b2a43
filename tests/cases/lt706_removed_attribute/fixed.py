# The metric is reset by the name that the method has in Keras 3
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="net")
loss_of_epoch = keras.metrics.Mean()
optimizer = keras.optimizers.SGD(0.01)
x, y = np.ones((16, 3), "float32"), np.ones((16, 1), "float32")

for epoch in range(2):
    for start in range(0, 16, 4):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x[start : start + 4]) - y[start : start + 4]) ** 2)
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        loss_of_epoch.update_state(loss)
    print("epoch", epoch, float(loss_of_epoch.result()))
    loss_of_epoch.reset_state()
