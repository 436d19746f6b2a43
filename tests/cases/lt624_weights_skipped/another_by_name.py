# A file of the old format, by name: the names agree, and no shape does.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

def make(channels):
    return keras.Sequential([
        keras.Input((8, 8, 3)), layers.Conv2D(channels, 3, name="stem"), layers.GlobalMaxPooling2D(), layers.Dense(3, name="head"),
    ], name=f"net_{channels}")

make(4).save_weights("net.weights.h5")
old = make(4)
old.save("net.h5")
net = make(6)
net.load_weights("net.h5", by_name=True, skip_mismatch=True)  # finds: LT624 net_6
net.predict(np.ones((1, 8, 8, 3)), verbose=0)
