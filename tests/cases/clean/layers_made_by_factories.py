import numpy as np, tensorflow as tf, keras
from keras import layers

def block(width): return keras.Sequential([layers.Dense(width), layers.ReLU()])
class Unet(keras.Model):
    def __init__(self):
        super().__init__(); self.down, self.up = [block(4), block(2)], [block(2), block(4)]
    def build(self, shape):
        for net in (*self.down, *self.up): net.build(shape); shape = net.compute_output_shape(shape)
    def call(self, x):
        for net in (*self.down, *self.up): x = net(x)
        return x
class Lora(layers.Layer):
    def __init__(self, inner): super().__init__(); self.inner = inner
    def build(self, shape):
        if not self.inner.built: self.inner.build(shape)
        self.a = self.add_weight(shape=(shape[-1], 1), name="a"); self.b = self.add_weight(shape=(1, self.inner.units), name="b")
    def call(self, x): return self.inner(x) + x @ self.a @ self.b
Unet()(np.ones((1, 3), "float32"))
dense = layers.Dense(3); dense.build((None, 2)); dense.enable_lora(1); Lora(dense)(np.ones((1, 2), "float32"))
