# LT203 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

dense = layers.Dense(2); dense.build((None, 3))
def score(x): return dense(x)
for seed in range(6):
    compiled = tf.function(score)  # finds: LT203 -
    compiled(tf.ones((1, 3)))
