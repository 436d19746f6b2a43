# A head with other classes is skipped, the same weights are loaded again, or one file after the other is tried.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

def make(width, classes):
    return keras.Sequential([keras.Input((5,)), layers.Dense(width, "relu"), layers.Dense(classes)])

first = make(8, 3)
first.save_weights("first.weights.h5")
first.load_weights("first.weights.h5", skip_mismatch=True)
make(8, 4).load_weights("first.weights.h5", skip_mismatch=True)
make(6, 3).save_weights("second.weights.h5")
third = make(8, 3)
for path in ("second.weights.h5", "first.weights.h5"):
    third.load_weights(path, skip_mismatch=True)
print(third.predict(np.ones((1, 5)), verbose=0))
