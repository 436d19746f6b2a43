# A callback that prints the learning rate by its name of Keras 2
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
from tensorflow import keras
from tensorflow.keras import backend as K


class Rate(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print("rate", float(self.model.optimizer.lr))  # finds: LT706 -


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="net")
model.compile("sgd", "mse")
model.fit(np.ones((8, 3)), np.ones((8, 1)), callbacks=[Rate()], verbose=0)
