# LT707 in another program: a model is saved under the name of a folder, as a SavedModel was
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import keras
from keras import layers

model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
model.compile("sgd", "mse")
model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
model.save('my_model')  # finds: LT707 -
print(len(keras.models.load_model('my_model').layers))
