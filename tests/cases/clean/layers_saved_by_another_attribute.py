# Layers in a `_layers` of the program's own whose weights are saved all the same, or are copied, or are in no file
import numpy as np, keras
from keras import layers

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")

class Twice(layers.Layer):
    """another attribute holds them, too"""
    def __init__(self, **kw):
        super().__init__(**kw)
        self._layers = [layers.Dense(3), layers.Dense(3)]
        self.first, self.second = self._layers
    def call(self, x): return self.second(self.first(x))
class Lent(layers.Layer):
    """the model holds it"""
    def __init__(self, part, **kw): super().__init__(**kw); self._layers = [part]
    def call(self, x): return self._layers[0](x)
class Writing(layers.Layer):
    """it writes the weights itself"""
    def __init__(self, **kw): super().__init__(**kw); self._layers = [layers.Dense(3)]
    def build(self, shape): self._layers[0].build(shape)
    def call(self, x): return self._layers[0](x)
    def save_own_variables(self, store):
        for at, each in enumerate(self._layers[0].weights): store[str(at)] = each.numpy()
    def load_own_variables(self, store):
        for at, each in enumerate(self._layers[0].weights): each.assign(store[str(at)])
class Plain(layers.Layer):
    """its layers have no weights"""
    def __init__(self, **kw): super().__init__(**kw); self._layers = [layers.ReLU(), layers.Dropout(0.1)]
    def call(self, x): return self._layers[1](self._layers[0](x))
class Tail(keras.Model):
    """Keras saves the layers of a functional model by the graph"""
    def __init__(self):
        inputs, dense = keras.Input((3,)), layers.Dense(3)
        super().__init__(inputs, dense(inputs))
        self._layers = [self.layers[0], dense]
class Row(keras.Sequential):
    """Keras itself has another list there"""
class Copied(layers.Layer):
    """it is in no file"""
    def __init__(self, **kw): super().__init__(**kw); self._layers = [layers.Dense(3)]
    def call(self, x): return self._layers[0](x)
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.part = layers.Dense(3)
        self.blocks = [Twice(), Lent(self.part), Writing(), Plain(), Tail(), Row([layers.Dense(3)])]
    def call(self, x):
        for block in self.blocks: x = block(x)
        return x
net, again = Net(), Net()
for model in (net, again): model.compile("sgd", "mse"); model.fit(X, X, verbose=0)
net.save_weights("net.weights.h5"); again.load_weights("net.weights.h5")
print("as saved:", np.allclose(net(X), again(X)))
apart, other = (keras.Sequential([keras.Input((3,)), Copied()]) for _ in range(2))
other.set_weights(apart.get_weights())
print("as copied:", np.allclose(apart(X), other(X)))
