# LT569 in another program: two models of one class are given the same body
import numpy as np, tensorflow as tf, keras
from keras import layers

class Critic(keras.Model):
    def __init__(self, body, **kwargs):
        super().__init__(**kwargs)
        self.body = body

    def call(self, x): return self.body(x)

body = keras.Sequential([layers.Dense(4, activation="tanh"), layers.Dense(1)], name="body")
critic = Critic(body, name="critic")
slow = Critic(body, name="slow")  # finds: LT569 slow
critic.compile("sgd", "mse")
x = np.random.rand(16, 3).astype("float32")
for round_of_play in range(3):
    critic.fit(x, slow(x).numpy() * 0.9 + 1, verbose=0)
    learned = critic.get_weights()
    slow.set_weights(learned)
