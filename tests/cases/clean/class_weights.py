# Weights for all classes, for some, and for those that are not in a fold
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 2)).astype("float32")
y = rng.integers(0, 3, 60)
net = keras.Sequential([keras.Input((2,)), layers.Dense(4, "softmax")], name="net")
net.compile("adam", "sparse_categorical_crossentropy")
for weights in ({0: 1.0, 1: 2.0, 2: 1.0, 3: 5.0}, {1: 2.0}, {3: 5.0}, {np.int64(0): 1.0, np.int64(1): 2.0, np.int64(2): 1.0}):
    net.fit(x, y, class_weight=weights, verbose=0)

# A part of the data that has none of the class 2, and the default for the class 0
part = y < 2
net.fit(x[part], y[part], class_weight={1: 2.0, 2: 5.0}, verbose=0)

# A part without the class 0, and a weight for one that the model does not have
part = y > 0
other = keras.Sequential([keras.Input((2,)), layers.Dense(3, "softmax")], name="other")
other.compile("adam", "sparse_categorical_crossentropy")
other.fit(x[part], y[part], class_weight={1: 1.0, 2: 2.0, 3: 1.0}, verbose=0)
