# LT517 fixed
import numpy as np, keras
from keras import layers

class Ripeness(keras.Model):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.body = keras.Sequential([layers.Dense(4), layers.BatchNormalization(name="norm")], name="body")
        self.ripe = layers.Dense(1)
    def call(self, fruit, training=None):
        return self.ripe(self.body(fruit, training=training))

fruit = np.random.default_rng(0).normal(size=(16, 3)).astype("float32")
model = Ripeness(name="ripeness"); model.compile("adam", "mse")
model.fit(fruit, fruit[:, :1], epochs=2, verbose=0)
among, alone = model.predict(fruit, verbose=0)[0], model.predict(fruit[:1], verbose=0)[0]
print("same answer alone:", np.allclose(among, alone, atol=1e-5))
