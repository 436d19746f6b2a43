# A metric object inside of a metric function: https://github.com/tensorflow/tensorflow/issues/36250
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

auc = keras.metrics.AUC(name="auc")

def ranking(y_true, y_pred):
    auc.update_state(y_true, y_pred)  # finds: LT521
    return auc.result()

x = np.random.default_rng(11).normal(size=(64, 3)).astype("float32")
model = keras.Sequential([keras.Input((3,)), layers.Dense(1, "sigmoid")], name="clicks")
model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=[ranking])
model.fit(x, (x[:, :1] > 0).astype("float32"), batch_size=32, epochs=3, validation_split=0.25, verbose=0)
