import numpy as np
import tensorflow as tf
import keras
from keras import layers

model = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(3, "softmax")])
optimizer = keras.optimizers.Adam(0.01)
meters = {"loss": keras.metrics.Mean(name="loss_mean"), "accuracy": keras.metrics.SparseCategoricalAccuracy(name="accuracy")}


def one_epoch(data):
    for x, y in data:
        with tf.GradientTape() as tape:
            p = model(x, training=True)
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, p))
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables))
        meters["loss"].update_state(loss)
        meters["accuracy"].update_state(y, p)
    return {name: float(meter.result()) for name, meter in meters.items()}  # finds: LT513 -


x = np.random.rand(48, 4).astype("float32")
data = tf.data.Dataset.from_tensor_slices((x, np.argmax(x[:, :3], 1))).batch(16)
for epoch in range(4):
    print(epoch, one_epoch(data))
