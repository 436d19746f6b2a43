# https://github.com/tensorflow/tensorflow/issues/28029
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

def spread(y_true, y_pred):
    error = y_true - y_pred
    return tf.reduce_mean(tf.abs(error))  # finds: LT515 -
line = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
line.compile("sgd", spread)
line.fit(np.ones((8, 1)), np.ones((8, 1)), sample_weight=np.arange(8.0), verbose=0)
