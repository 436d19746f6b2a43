import numpy as np, tensorflow as tf, keras
from keras import layers

class Block(layers.Layer):
    def __init__(self):
        super().__init__(); self.a, self.drop, self.norm = layers.Dense(4), layers.Dropout(0.5), layers.BatchNormalization()
    def call(self, x, training=None): return self.norm(self.drop(self.a(x), training=training), training=training)
class Net(keras.Model):
    def __init__(self): super().__init__(); self.blocks, self.head = [Block(), Block()], layers.Dense(1)
    def call(self, x, training=None):
        for block in self.blocks: x = block(x, training=training)
        return self.head(x)
net = Net(); net(np.ones((2, 3), "float32")); net.summary(print_fn=lambda line: None)
net.compile("adam", "mse", metrics=["mae"]); net.fit(np.ones((10, 3)), np.ones((10, 1)), batch_size=4, verbose=0)
net.evaluate(np.ones((4, 3)), np.ones((4, 1)), verbose=0); net.predict(np.ones((5, 3)), batch_size=2, verbose=0)
