# Names of classes as keys, whose numbers are their places in a list
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
names = ["small", "large", "huge"]
x = np.random.default_rng(0).normal(size=(90, 2)).astype("float32")
labels = [names[int(row[0] > 0.5) + int(row[0] > 1.5)] for row in x]
y = np.array([names.index(label) for label in labels])
weights = {"huge": 100.0, "large": 1.0, "small": 1.0}
net = keras.Sequential([keras.Input((2,)), layers.Dense(3, "softmax")], name="net")
net.compile("adam", "sparse_categorical_crossentropy")
losses = net.fit(x, y, epochs=1, class_weight=weights, verbose=0).history["loss"]  # finds: LT573 net
print("huge has its weight:", losses[0] > 2)
