# Another program with LT543: a file that it imports assigns a rate, and could move a teacher
import os
import sys

import keras
import numpy as np
import tensorflow as tf
from keras import layers

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from parts.schedules import Warmup  # noqa: E402


def network(name):
    return keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization(name="norm"), layers.Dense(4)], name=name)


x = np.random.default_rng(0).random((8, 4)).astype("float32")
pretrained = network("pretrained")
backbone, head = network("backbone"), layers.Dense(1, name="head")
backbone.set_weights(pretrained.get_weights())


class Classifier(keras.Model):
    def __init__(self):
        super().__init__(name="classifier")
        self.backbone, self.head = backbone, head

    def call(self, x, training=False):
        return self.head(self.backbone(x, training=training))


model = Classifier()
model.build((None, 4))
optimizer = keras.optimizers.SGD(0.01)
warmup = Warmup(0.01, 5.0)


@tf.function
def step(x, rate):
    with tf.GradientTape() as tape:
        features = backbone(x, training=True)  # finds: LT543 norm
        loss = tf.reduce_mean(tf.square(model.head(features) - 1.0))
    variables = model.head.trainable_variables
    optimizer.apply_gradients(zip([rate * each for each in tape.gradient(loss, variables)], variables))


for _ in range(4):
    step(x, warmup.next())
