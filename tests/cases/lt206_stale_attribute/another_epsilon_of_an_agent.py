import numpy as np
import tensorflow as tf
import keras
from keras import layers


class Explorer(keras.Model):
    epsilon = 1.0

    def __init__(self, n_actions, **kwargs):
        super().__init__(**kwargs)
        self.q = layers.Dense(n_actions)

    def call(self, x):
        q = self.q(x)
        noise = keras.random.uniform(keras.ops.shape(q))
        return self.epsilon * noise + (1 - self.epsilon) * q


explorer = Explorer(3, name="explorer")
states = np.random.rand(5, 4)
for episode in range(6):
    actions = explorer.predict(states, verbose=0).argmax(-1)
    explorer.epsilon = explorer.epsilon * 0.5  # finds: LT206 explorer
print(explorer.epsilon, actions)
