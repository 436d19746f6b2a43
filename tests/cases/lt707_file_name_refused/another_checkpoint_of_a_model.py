# LT707 in another program: a checkpoint of the whole model has no ending
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import keras
from keras import layers

model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
model.compile("sgd", "mse")
model.fit(
    np.ones((4, 3)),
    np.ones((4, 2)),
    callbacks=[keras.callbacks.ModelCheckpoint("last", save_freq="epoch")],  # finds: LT707 -
    verbose=0,
)
