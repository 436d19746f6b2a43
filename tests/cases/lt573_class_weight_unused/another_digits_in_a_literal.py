# Digits in quotes as keys
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(60, 2)).astype("float32")
y = (x[:, :1] > 1).astype("float32")
net = keras.Sequential([keras.Input((2,)), layers.Dense(1, "sigmoid")], name="net")
net.compile("adam", "binary_crossentropy")
losses = net.fit(x, y, class_weight={"0": 1.0, "1": 100.0}, verbose=0).history["loss"]  # finds: LT573 net
print("the rare class counts more:", losses[0] > 3)
