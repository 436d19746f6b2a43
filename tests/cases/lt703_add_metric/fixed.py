# LT703, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Act(layers.Layer):
    def __init__(self):
        super().__init__(); self.m = keras.metrics.Mean(name='mean_act')
    def call(self, x):
        self.m.update_state(x)
        return x
Act()(np.ones((1, 2), "float32"))
