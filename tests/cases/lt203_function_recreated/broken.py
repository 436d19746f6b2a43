# Retracing: new model / new tf.function every iteration
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

for fold in range(7):                       # a new model, so a new predict_function, per fold
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.predict(np.ones((2, 2)), verbose=0)  # finds: LT203 -
