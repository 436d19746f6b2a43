import numpy as np, tensorflow as tf, keras
from keras import layers
class Net(keras.Model):
    def __init__(self, **kw):
        super().__init__(**kw); self.bn = layers.BatchNormalization(name="bn"); self.o = layers.Dense(1)
    def call(self, x):
        return self.o(self.bn(x, training=True))  # finds: LT517 bn
m = Net(); m.compile("adam", "mse"); x = np.ones((8, 4)); m.fit(x, x[:, :1], verbose=0); m.evaluate(x, x[:, :1], verbose=0); m.predict(x, verbose=0)
