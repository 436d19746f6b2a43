# LT201 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

cell = layers.GRU(4); cell.build((None, None, 3))
@tf.function
def encode(batch, *, mask): return cell(batch, mask=mask)
for length in (5, 8, 3, 9, 4):
    encode(tf.ones((2, length, 3)), mask=None)  # finds: LT201 -
