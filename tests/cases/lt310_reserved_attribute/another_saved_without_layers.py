# LT310 in another program: layers in `_layers` train, and are not in the file: https://github.com/keras-team/keras/issues/20260
import numpy as np, keras
from keras import layers

@keras.saving.register_keras_serializable("saved_without_layers")
class Head(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw)
        self._layers = [layers.Dense(4, activation="relu"), layers.Dense(2)]  # finds: LT310 head
    def call(self, x):
        for layer in self._layers:
            x = layer(x)
        return x
@keras.saving.register_keras_serializable("saved_without_layers")
class Net(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.head = Head(name="head")
    def call(self, x): return self.head(x)
x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
net = Net(name="net")
net.compile("sgd", "mse")
net.fit(x, np.ones((8, 2)), verbose=0)
net.save("net.keras")
again = keras.models.load_model("net.keras")
print("as saved:", np.allclose(net(x), again(x)))
