# Another program with LT403
import numpy as np, tensorflow as tf, keras
from keras import layers

class Repeat(layers.Layer):
    def call(self, x, times):
        total = x
        for _ in range(3): total = total + x
        while keras.ops.sum(total) < times:  # finds: LT403 asking
            total = total * 2
        return total
class Net(keras.Model):
    def __init__(self): super().__init__(); self.repeat = Repeat(name="asking")
    def build(self, shape): pass
    def call(self, x): return self.repeat(x, times=8.0)
net = Net()
net(tf.ones((1, 2)))
net.predict(np.ones((1, 2)), verbose=0)
