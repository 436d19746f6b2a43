import numpy as np, keras
from keras import layers, ops

class Activity(layers.Layer):
    """adds a loss in each call: one, since each sequence has a single step"""
    def call(self, x): self.add_loss(0.01 * ops.mean(x**2)); return x
model = keras.Sequential([keras.Input((1, 3)), layers.TimeDistributed(Activity()), layers.Flatten(), layers.Dense(1)])
model.compile("sgd", "mse"); model.fit(np.ones((4, 1, 3)), np.ones((4, 1)), verbose=0)
