# Clean: new models that are trained, one that is compiled again, and functions that are created once for many runs
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.random.rand(12, 3).astype("float32"), np.random.rand(12, 1).astype("float32")
def make(*inside):
    model = keras.Sequential([keras.Input((3,)), *inside, layers.Dense(1)]); model.compile("sgd", "mse")
    return model
for fold in np.array_split(np.arange(12), 5):  # a cross-validation
    rest = np.setdiff1d(np.arange(12), fold)
    model = make(); model.fit(x[rest], y[rest], verbose=0); model.evaluate(x[fold], y[fold], verbose=0)
for rate in (0.1, 0.03, 0.01, 0.003, 0.001):  # stages of one model, compiled again as LT207 advises
    model.compile(keras.optimizers.SGD(rate), "mse"); model.fit(x, y, verbose=0)
# models that are only compared, each created on its own line
a = make(); a.evaluate(x, y, verbose=0)
b = make(layers.Dense(2)); b.evaluate(x, y, verbose=0)
c = make(layers.Dense(3)); c.evaluate(x, y, verbose=0)
d = make(layers.Dense(4)); d.evaluate(x, y, verbose=0)
e = make(layers.Dense(5)); e.evaluate(x, y, verbose=0)

class Agent:
    def __init__(self): self.net = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    @tf.function
    def act(self, state): return keras.ops.argmax(self.net(state), -1)
agents = [Agent() for _ in range(5)]
scores = [tf.function(lambda batch, net=agent.net: net(batch)) for agent in agents]
for _ in range(8):
    for agent, score in zip(agents, scores): agent.act(x); score(x)
