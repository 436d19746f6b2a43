# LT536 in another program: a train step passes the outputs of a softmax first
import numpy as np, tensorflow as tf, keras
from keras import layers

class Sorter(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(8, activation="relu")
        self.kinds = layers.Dense(3, activation="softmax")
        self.measure = keras.losses.CategoricalCrossentropy()

    def call(self, x):
        return self.kinds(self.hidden(x))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.measure(self(x, training=True), y)  # finds: LT536 sorter
        weights = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return {"loss": loss}

sorter = Sorter(name="sorter")
sorter.compile("adam")
sorter.fit(np.random.rand(12, 4), np.eye(3)[np.arange(12) % 3], verbose=0)
