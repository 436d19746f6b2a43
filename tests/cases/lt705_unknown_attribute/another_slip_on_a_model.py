# A callback of one's own and a loop stop the training of their model, each with another slip, and both go on
import keras
import numpy as np


class Enough(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if logs["loss"] < 100:
            self.model.stop_trainning = True  # finds: LT705 -


def networks():
    for width in (1, 2):
        yield keras.Sequential([keras.Input((2,)), keras.layers.Dense(width)])


x, y = np.ones((8, 2), "float32"), np.zeros((8, 1), "float32")
narrow, wide = networks()
for network in (narrow, wide):
    network.compile("sgd", "mse")
narrow.fit(x, y, epochs=3, verbose=0, callbacks=[Enough()])
wide.stop_trainning = True  # finds: LT705 -
print("epochs:", len(narrow.history.epoch))
