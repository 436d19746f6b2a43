# A metric is created again for each epoch, by a function
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np

x, y = np.ones((16, 3), "float32"), np.ones((16, 1), "float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")


def begin():
    global error
    error = keras.metrics.MeanSquaredError()


for epoch in range(3):
    begin()
    for start in range(0, 16, 4):
        model.train_on_batch(x[start : start + 4], y[start : start + 4])
        error.update_state(y[start : start + 4], model(x[start : start + 4]))
    print(epoch, float(error.result()))
