# Classes are counted from 0 and weights from 1
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(90, 2)).astype("float32")
y = np.eye(3)[(x[:, 0] > 1).astype(int) + (x[:, 0] > 2)]
counts = y.sum(axis=0)
weights = {number: len(y) / count for number, count in enumerate(counts, 1)}
net = keras.Sequential([keras.Input((2,)), layers.Dense(3, "softmax")], name="net")
net.compile("adam", "categorical_crossentropy")
losses = net.fit(x, y, epochs=2, class_weight=weights, verbose=0).history["loss"]  # finds: LT573 net
print("the first class has its weight:", losses[0] > 2)
