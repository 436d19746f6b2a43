# LT206 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Cool(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.heat = np.float32(2.0)
    def call(self, x): return x / self.heat
cool = Cool(name="cool")
predict = tf.function(lambda x: cool(x))
for number in range(12):
    if number == 10: cool.heat = np.float32(0.5)  # finds: LT206 cool
    predict(tf.ones((1, 2)))
