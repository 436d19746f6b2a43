# The best weights are the variables themselves: https://github.com/keras-team/keras/issues/19000
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class KeepBest(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.lowest, self.best = float("inf"), None
    def on_epoch_end(self, epoch, logs=None):
        if logs["loss"] < self.lowest:
            self.lowest = logs["loss"]
            self.first = self.model.get_weights()
            self.best = list(self.model.weights)  # finds: LT524 line
    def on_train_end(self, logs=None):
        for variable, value in zip(self.model.weights, self.best):
            variable.assign(value)

line = keras.Sequential([keras.Input((1,)), layers.Dense(1)], name="line")
line.compile(keras.optimizers.SGD(1.1), "mse")  # the loss grows in each epoch
keep = KeepBest()
line.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=3, verbose=0, callbacks=[keep])
print("the weights are those of the first epoch:", np.allclose(line.get_weights()[0], keep.first[0]))
