# Clean: one metric is reset in each epoch, and another counts all rows on purpose; a third is reset in a tf.function
import keras
import numpy as np
import tensorflow as tf

meters = {"loss": keras.metrics.Mean(name="loss"), "rows": keras.metrics.Sum(name="rows")}
error = keras.metrics.MeanSquaredError(name="error")
data = tf.data.Dataset.from_tensor_slices(np.random.default_rng(0).normal(size=(12, 3)).astype("float32")).batch(4)
net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])


@tf.function
def clear():
    error.reset_state()


for epoch in range(3):
    meters["loss"].reset_state()
    clear()
    for x in data:
        meters["loss"].update_state(tf.reduce_mean((net(x) - x) ** 2))
        meters["rows"].update_state(len(x))
        error.update_state(x, net(x))
    print(epoch, {name: float(meter.result()) for name, meter in meters.items()}, float(error.result()))
