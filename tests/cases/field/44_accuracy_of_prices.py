# SOURCE: https://github.com/keras-team/keras/issues/108
# SYMPTOM: accuracy of a regression is 0 in each epoch
# CULPRIT: appraiser
# LINE: 14
# FIX: metrics=["mae"]
# OUTCOME: silent
# IDEAL: accuracy counts outputs of appraiser that equal their target, which numbers of a regression never do.
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.rand(32, 4).astype("float32")
prices = x @ np.array([[3.0], [1.5], [0.2], [7.0]], "float32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)], name="appraiser")
model.compile("adam", "mse", metrics=["accuracy"])
history = model.fit(x, prices, epochs=3, verbose=0)
print("accuracy:", history.history["accuracy"])
