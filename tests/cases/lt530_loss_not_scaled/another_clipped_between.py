# The gradients are clipped between the tape and the optimizer, in a helper.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.mixed_precision.set_global_policy("mixed_float16")

class Trainer:
    def __init__(self, net):
        self.net, self.opt = net, keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01))

    def update(self, gradients):
        gradients, _ = tf.clip_by_global_norm(gradients, 1.0)
        self.opt.apply(gradients, self.net.trainable_variables)  # finds: LT530

    @tf.function
    def step(self, x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(tf.cast(self.net(x, training=True), tf.float32) - y))
        self.update(tape.gradient(loss, self.net.trainable_variables))
        return loss

trainer = Trainer(keras.Sequential([keras.Input((4,)), layers.Dense(1)], name="net"))
x = np.random.default_rng(2).normal(size=(64, 4)).astype("float32")
for _ in range(3):
    trainer.step(x, x[:, :1])
