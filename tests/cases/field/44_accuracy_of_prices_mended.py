# SOURCE: https://github.com/keras-team/keras/issues/108
# MENDED: twin of 44_accuracy_of_prices.py, nothing is wrong here
# OUTCOME: silent
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.rand(32, 4).astype("float32")
prices = x @ np.array([[3.0], [1.5], [0.2], [7.0]], "float32")
model = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)], name="appraiser")
model.compile("adam", "mse", metrics=["mae"])
history = model.fit(x, prices, epochs=3, verbose=0)
print("accuracy:", history.history["mae"])
