# A tf_keras or TF-Hub layer inside a Keras 3 model
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class ForeignLayer(tf.Module):              # represents hub.KerasLayer or a layer of tf_keras
    def __call__(self, x): return x
keras.Sequential([keras.Input((4,)), ForeignLayer()])  # finds: LT702 sequential
