# Clean: weights are put back that have not changed, a model gets its own weights, and two models share layers
import numpy as np, keras
from keras import layers

x = np.random.rand(16, 3).astype("float32")
net = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(1)], name="net")
net.compile("sgd", "mse")
for round_of_training in range(3):
    net.fit(x, x[:, :1], verbose=0)
    net.set_weights(net.get_weights())  # as a test of what was received
    kept = net.get_weights()
    net.set_weights([weight * 0.99 for weight in kept]); net.evaluate(x, x[:, :1], verbose=0)
    net.set_weights(kept)
features = keras.Model(net.inputs, net.layers[0].output, name="features")
features.set_weights(net.get_weights()[:2])  # once, which changes nothing
copy = keras.models.clone_model(net)
for round_of_training in range(3):
    net.fit(x, x[:, :1], verbose=0)
    copy.set_weights([0.999 * old + 0.001 * new for old, new in zip(copy.get_weights(), net.get_weights())])
features = keras.Model(net.inputs, net.outputs, name="the_same")  # to predict with
best = None
for round_of_training in range(3):
    net.fit(x, x[:, :1], verbose=0)
    best = net.get_weights()  # each round is better than the last
    net.set_weights(best)

class Switch(layers.Layer):
    def build(self, shape): self.is_on = self.add_weight(shape=(1,), dtype="bool", initializer="ones", trainable=False)
    def call(self, x): return keras.ops.where(self.is_on, x, 0 * x)

switched = keras.Sequential([keras.Input((3,)), Switch()]); switched.set_weights(switched.get_weights())
