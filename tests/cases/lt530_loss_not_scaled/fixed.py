# LT530 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(2)
keras.mixed_precision.set_global_policy("mixed_float16")
net = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1, dtype="float32")], name="net")
optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.05))
mse = keras.losses.MeanSquaredError()

@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        loss = mse(y, net(x, training=True))
        scaled_loss = optimizer.scale_loss(loss)
    grads = tape.gradient(scaled_loss, net.trainable_variables)
    optimizer.apply_gradients(zip(grads, net.trainable_variables))
    return loss

x = np.random.default_rng(2).normal(size=(64, 4)).astype("float32")
y = x.sum(axis=1, keepdims=True)
losses = [float(train_step(x, y)) for _ in range(20)]
print("it learns:", losses[-1] < losses[0] / 2)
