# SOURCE: https://github.com/JetBrains-Research/code2seq/pull/112
# SYMPTOM: in one's own loop the accuracy of the 6th epoch is still low though the model gets everything right
# CULPRIT: train_accuracy
# LINE: 38
# FIX: train_accuracy.reset_state() at the start of each epoch
# OUTCOME: silent
# IDEAL: train_accuracy (SparseCategoricalAccuracy) was read 6 times and never reset: its value is over all 24 batches so far, not over an epoch.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(1)
rng = np.random.default_rng(0)
x = rng.normal(size=(64, 2)).astype("float32")
y = (x[:, 0] > x[:, 1]).astype("int32")
batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)

net = keras.Sequential([keras.Input((2,)), layers.Dense(16, activation="relu"), layers.Dense(2)], name="net")
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.Adam(0.05)
train_accuracy = keras.metrics.SparseCategoricalAccuracy(name="train_accuracy")


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        logits = net(x, training=True)
        loss = loss_of(y, logits)
    optimizer.apply(tape.gradient(loss, net.trainable_variables), net.trainable_variables)
    train_accuracy.update_state(y, logits)
    return loss


for epoch in range(6):
    for a, b in batches:
        loss = step(a, b)
    seen = float(train_accuracy.result())
    print("epoch", epoch, "loss", round(float(loss), 3), "accuracy", round(seen, 3))
print("rows in an epoch: 64, rows in the accuracy:", int(train_accuracy.count))
