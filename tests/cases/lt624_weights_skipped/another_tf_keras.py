# The same in tf_keras, by name.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, tf_keras as keras
from tf_keras import layers

def make(width):
    return keras.Sequential([keras.Input((5,)), layers.Dense(width, name="body"), layers.Dense(width, name="head")], name=f"net_{width}")

make(4).save_weights("body.h5")
net = make(7)
net.load_weights("body.h5", by_name=True, skip_mismatch=True)  # finds: LT624 net_7
print(net(np.ones((1, 5), "float32")).shape)
