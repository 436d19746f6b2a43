# LT520 in another program: the answers of a plain call are stacked
import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.off, self.out = layers.Dropout(0.5, name="off"), layers.Dense(1)
    def call(self, x, training=None): return self.out(self.off(x, training=training))
net, batch = Net(), tf.ones((4, 3))
spread = tf.math.reduce_std(tf.stack([net(batch) for _ in range(5)]), axis=0)  # finds: LT520 off
