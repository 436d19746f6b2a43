# LT517 in another program: the model is called by hand, with training=False
import numpy as np, tensorflow as tf, keras
from keras import layers

class Block(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.bn = layers.BatchNormalization(name="bn"); self.d = layers.Dense(2)
    def build(self, shape): self.bn.build(shape); self.d.build(shape)
    def call(self, x, training=None): return self.d(self.bn(x, training=training))
class Net(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.block = Block(name="block")
    def call(self, x, training=False):
        return self.block(x, training=True)  # finds: LT517 block
net = Net(name="net")
serve = tf.function(lambda x: net(x, training=False))
for rows in (8, 8): serve(tf.ones((rows, 2)))
