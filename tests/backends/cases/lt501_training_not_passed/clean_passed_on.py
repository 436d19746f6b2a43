"""The call of each model passes training on, to a block with layers inside, or leaves it out on purpose."""

import keras
import numpy as np
from keras import layers


class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense, self.drop = layers.Dense(4), layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(self.dense(x))


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm, self.frozen = layers.BatchNormalization(), layers.BatchNormalization()
        self.block, self.head = Block(), layers.Dense(1)

    def call(self, x, training=None):
        x = self.block(self.norm(x, training=training), training=training)
        return self.head(self.frozen(x, training=False))


inputs = keras.Input((4,))
functional = keras.Model(inputs, layers.Dense(1)(layers.Dropout(0.5)(Block()(inputs))))
for model in (Net(), functional):
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 4), "float32"), np.ones((8, 1), "float32"), verbose=0)
