# LT203 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
for fold in range(7):
    model.predict(np.ones((2, 2)), verbose=0)
