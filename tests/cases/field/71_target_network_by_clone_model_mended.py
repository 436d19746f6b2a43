# SOURCE: https://github.com/keras-team/keras/issues/16668
# MENDED: twin of 71_target_network_by_clone_model.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Agent:
    def __init__(self, states, actions):
        self.online = keras.Sequential([keras.Input((states,)), layers.Dense(12, activation="relu", name="hidden"),
                                        layers.Dense(actions, name="values")], name="online")
        self.online.compile("adam", "mse")
        self.target = keras.models.clone_model(self.online)
        self.target.set_weights(self.online.get_weights())

    def replay(self, state, action, reward, after):
        future = self.target.predict(after, verbose=0).max(axis=1)
        values = self.online.predict(state, verbose=0)
        values[np.arange(len(action)), action] = reward + 0.9 * future
        self.online.fit(state, values, verbose=0)


rng = np.random.default_rng(0)
agent = Agent(4, 2)
state = rng.normal(size=(32, 4)).astype("float32")
start = agent.online.predict(state, verbose=0)
agent.replay(state, rng.integers(0, 2, 32), rng.normal(size=32), state + 0.1)
print("target as the online network was:", np.allclose(agent.target.predict(state, verbose=0), start, atol=1e-5))
