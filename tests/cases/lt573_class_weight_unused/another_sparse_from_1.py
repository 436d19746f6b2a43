# Whole numbers from 0 as targets, and weights from 1
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(90, 2)).astype("float32")
y = (x[:, 0] > 0).astype(int) + (x[:, 0] > 1)
weights = {1: 1.0, 2: 1.0, 3: 100.0}
net = keras.Sequential([keras.Input((2,)), layers.Dense(3, "softmax")], name="net")
net.compile("adam", "sparse_categorical_crossentropy")
losses = net.fit(x, y, epochs=1, class_weight=weights, verbose=0).history["loss"]  # finds: LT573 net
print("the last class has its weight:", losses[0] > 5)
