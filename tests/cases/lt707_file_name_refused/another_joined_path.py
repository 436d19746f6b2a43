# LT707 in another program: the path is joined, and one of the files is named after each epoch
# (tensorflow/docs#2327)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import keras
from keras import layers

folder = "./checkpoints"
prefix = os.path.join(folder, "net_{epoch}")
model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="net_{epoch}".format(epoch="of"))])
model.compile("sgd", "mse")
each = keras.callbacks.ModelCheckpoint(filepath=prefix, save_weights_only=True)  # finds: LT707 -
model.fit(np.ones((4, 3)), np.ones((4, 2)), epochs=2, callbacks=[each], verbose=0)
print(sorted(os.listdir(folder)))
