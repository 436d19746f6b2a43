# LT707 in another program: weights are written under a prefix, as a checkpoint of TensorFlow was
# (tensorflow/tensorflow#75196)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import keras
from keras import layers


def network():
    return keras.Sequential([keras.Input((3,)), layers.Dense(2)])


os.makedirs("weights", exist_ok=True)
trained = network()
trained.compile("sgd", "mse")
trained.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
trained.save_weights("weights/net.ckpt")  # finds: LT707 -
again = network()
again.load_weights("weights/net.ckpt")
print("equal:", np.allclose(again(np.ones((1, 3))), trained(np.ones((1, 3)))))
