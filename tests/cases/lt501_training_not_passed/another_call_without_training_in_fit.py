# LT501 in another program: fit cannot pass training to this call
import numpy as np, tensorflow as tf, keras
from keras import layers
class Block(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw); self.bn = layers.BatchNormalization(name="bn"); self.drop = layers.Dropout(0.5, name="drop")
    def call(self, x): return self.drop(self.bn(x))
class Net(keras.Model):
    def __init__(self, **kw):
        super().__init__(**kw); self.b = Block(); self.o = layers.Dense(1)
    def call(self, inputs):  # finds: LT501 bn, LT501 drop
        return self.o(self.b(inputs))
m = Net(name="m"); m.compile("adam", "mse"); x = np.ones((8, 4)); m.fit(x, x[:, :1], verbose=0)
