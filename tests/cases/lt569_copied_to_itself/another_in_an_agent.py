# LT569 in another program: an agent creates its target from the tensors of the network, with tf_keras
import numpy as np, tf_keras
from tf_keras import layers

class Agent:
    def __init__(self):
        state = tf_keras.Input((4,))
        self.policy = tf_keras.Model(state, layers.Dense(2)(layers.Dense(8, "relu")(state)), name="policy")
        self.policy.compile("adam", "mse")
        self.behind = tf_keras.Model(self.policy.input, self.policy.output, name="behind")  # finds: LT569 behind

    def learn(self, states, rewards):
        goals = self.behind.predict(states, verbose=0) * 0.9 + rewards[:, None]
        self.policy.fit(states, goals, verbose=0)
        self.behind.set_weights(self.policy.get_weights())

agent = Agent()
for episode in range(3):
    agent.learn(np.random.rand(8, 4).astype("float32"), np.random.rand(8).astype("float32"))
