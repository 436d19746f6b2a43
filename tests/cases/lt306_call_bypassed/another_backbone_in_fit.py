# LT306 in another program: "dropout has no effect in my subclassed model" - the backbone's call is used as a method
import numpy as np, keras
from keras import layers

class Tagger(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.backbone = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.Dropout(0.5)], name="backbone")
        self.head = layers.Dense(1)

    def call(self, x, training=None):
        h = self.backbone.call(x)  # finds: LT306 backbone
        return self.head(h)

tagger = Tagger(name="tagger")
tagger.compile("sgd", "mse")
tagger.fit(np.ones((8, 4), "float32"), np.ones((8, 1), "float32"), verbose=0)
