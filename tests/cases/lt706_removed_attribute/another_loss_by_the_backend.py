# A loss that calls a function of keras.backend, which Keras 3 has in keras.ops
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import keras
from keras import backend as K


def dice(y_true, y_pred):
    both = K.sum(y_true * y_pred, axis=-1)  # finds: LT706 -
    return 1.0 - keras.ops.mean(2.0 * both / keras.ops.sum(y_true + y_pred, axis=-1))


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="sigmoid")], name="net")
model.compile("sgd", dice)
model.fit(np.ones((8, 3)), np.ones((8, 2)), verbose=0)
print("trained")
