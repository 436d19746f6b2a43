# A metric that is never reset between epochs: https://github.com/tensorflow/tensorflow/issues/38596
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

model, optimizer = keras.Sequential([keras.Input((2,)), layers.Dense(1)]), keras.optimizers.SGD(0.1)
mean_loss = keras.metrics.Mean(name="mean_loss")
x, y = np.ones((8, 2), "float32"), np.zeros((8, 1), "float32")
shown = []
for epoch in range(3):
    for start in range(0, 8, 4):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x[start:start + 4], training=True) - y[start:start + 4]) ** 2)
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        mean_loss.update_state(loss)
    shown.append(float(mean_loss.result()))  # finds: LT513 -
print("the last epoch is shown as it was:", abs(shown[-1] - float(loss)) < 0.2 * shown[0] and shown[-1] < 0.1 * shown[0])
