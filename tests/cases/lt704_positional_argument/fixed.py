# LT704, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

layers.Dropout(0.5)(np.ones((1, 2), "float32"), training=True)
