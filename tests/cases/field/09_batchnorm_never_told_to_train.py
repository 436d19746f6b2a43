# SOURCE: https://github.com/michalfaber/tensorflow_Realtime_Multi-Person_Pose_Estimation/issues/13
# SYMPTOM: own training loop; the moving mean of the batch normalization is zero and its variance one after all epochs
# CULPRIT: scale
# LINE: 26
# FIX: net(x, training=True) in the step
# OUTCOME: silent
# IDEAL: scale (BatchNormalization) was trained with training=None in 12 calls under a tape: its moving mean and variance were never updated and it normalizes nothing.
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
heights = rng.normal(loc=30.0, scale=5.0, size=(48, 3)).astype("float32")
target = heights.sum(axis=1, keepdims=True) / 90.0

net = keras.Sequential([keras.Input((3,)), layers.BatchNormalization(momentum=0.5, name="scale"),
                        layers.Dense(8, activation="relu"), layers.Dropout(0.3), layers.Dense(1)], name="net")
optimizer = keras.optimizers.SGD(1e-4)


@tf.function
def train_on(x, y):
    with tf.GradientTape() as tape:
        guess = net(x)
        loss = tf.reduce_mean(tf.square(guess - y))
    grads = tape.gradient(loss, net.trainable_weights)
    optimizer.apply_gradients(zip(grads, net.trainable_weights))
    return loss


for epoch in range(4):
    for start in range(0, 48, 16):
        loss = train_on(heights[start:start + 16], target[start:start + 16])
print("mean of the data", heights.mean().round(1), "moving mean",
      keras.ops.convert_to_numpy(net.get_layer("scale").moving_mean).round(1))
