# add_metric was removed in Keras 3
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Act(layers.Layer):
    def call(self, x):
        self.add_metric(tf.reduce_mean(x), name="mean_act")  # finds: LT703 act
        return x
Act()(np.ones((1, 2), "float32"))
