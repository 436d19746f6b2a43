# A checkpoint of weights has a file name of Keras 3
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import keras
from keras import layers

BEST = "best.weights.h5"

x = np.random.default_rng(0).random((16, 3)).astype("float32")
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile("adam", "mse")
best = keras.callbacks.ModelCheckpoint(BEST, save_weights_only=True, save_best_only=True)
model.fit(x, x[:, :1], validation_split=0.25, callbacks=[best], verbose=0)
model.load_weights(BEST)
print("the best weights are back")
