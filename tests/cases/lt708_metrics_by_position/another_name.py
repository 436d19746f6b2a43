# LT708 in another program: a single name, which compile itself refuses
import numpy as np, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(32, 5)).astype("float32")
class Price(keras.Model):
    def __init__(self): super().__init__(name="price"); self.out = layers.Dense(1)
    def call(self, x): return self.out(x)
price = Price()
price.compile("sgd", "mse", "mae")  # finds: LT708 price
price.fit(x, x[:, :1], verbose=0)
