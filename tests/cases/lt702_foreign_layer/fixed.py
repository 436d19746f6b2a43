# LT702, fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class ForeignLayer(layers.Layer):              # represents hub.KerasLayer or a layer of tf_keras
    def call(self, x): return x
keras.Sequential([keras.Input((4,)), ForeignLayer()])
