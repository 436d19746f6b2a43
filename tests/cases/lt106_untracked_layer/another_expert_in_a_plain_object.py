# LT106 in another program
import numpy as np, keras
from keras import layers

class Router:  # finds: LT106 hidden_expert
    def __init__(self): self.expert = layers.Dense(3, name="hidden_expert")
class Mixture(layers.Layer):
    def __init__(self):
        super().__init__(); self.router, self.known = Router(), layers.Dense(3, name="known")
    def build(self, shape): self.known.build(shape); self.router.expert.build(shape)
    def call(self, x): return self.known(x) + self.router.expert(x)
class Net(keras.Model):
    def __init__(self): super().__init__(); self.mixture = Mixture()
    def build(self, shape): self.mixture.build(shape)
    def call(self, x): return self.mixture(x)
net = Net(); net(np.ones((2, 3), "float32"))
