# LT310 in another program: Keras resets the metrics of a model in `_metrics`, where it finds the keys of a dict
import numpy as np, keras
from keras import layers

class Net(keras.Model):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.head = layers.Dense(1)
        self._metrics = {"size": keras.metrics.Mean(name="size")}  # finds: LT310 net
    def call(self, x):
        y = self.head(x)
        self._metrics["size"].update_state(y)
        return y
    def build(self, shape): self.head.build(shape)
net = Net(name="net")
net.compile("adam", "mse")
net.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
