# SOURCE: https://github.com/michalfaber/tensorflow_Realtime_Multi-Person_Pose_Estimation/issues/13
# MENDED: twin of 09_batchnorm_never_told_to_train.py, nothing is wrong here
# OUTCOME: silent
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
        guess = net(x, training=True)
        loss = tf.reduce_mean(tf.square(guess - y))
    grads = tape.gradient(loss, net.trainable_weights)
    optimizer.apply_gradients(zip(grads, net.trainable_weights))
    return loss


for epoch in range(4):
    for start in range(0, 48, 16):
        loss = train_on(heights[start:start + 16], target[start:start + 16])
print("mean of the data", heights.mean().round(1), "moving mean",
      keras.ops.convert_to_numpy(net.get_layer("scale").moving_mean).round(1))
