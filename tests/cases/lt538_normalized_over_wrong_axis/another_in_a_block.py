# LT538 in another program, of tf_keras: a block of one's own, and the axis from another library
import numpy as np, tf_keras
from tf_keras import layers

class Block(layers.Layer):
    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.conv = layers.Conv1D(filters, 5, padding="same")
        self.norm = layers.BatchNormalization(1)  # finds: LT538 batch_normalization
    def call(self, inputs, training=None):
        return tf_keras.activations.relu(self.norm(self.conv(inputs), training=training))
waves = tf_keras.Sequential([layers.Input((24, 2)), Block(4, name="block"), layers.GlobalMaxPooling1D(), layers.Dense(1)])
waves.compile("sgd", "mse")
waves.fit(np.random.rand(8, 24, 2), np.random.rand(8, 1), verbose=0)
