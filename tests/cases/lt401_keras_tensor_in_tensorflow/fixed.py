# LT401, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

inp = keras.Input((4,))
y = keras.ops.sum(inp, axis=-1)
