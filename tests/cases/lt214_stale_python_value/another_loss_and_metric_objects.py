# LT214 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers, ops

class Margin(keras.losses.Loss):
    def __init__(self): super().__init__(); self.margin = {"low": 0.1}
    def call(self, truth, guess): return ops.mean(ops.relu(self.margin["low"] - truth * guess))
class Settings: threshold = 0.5
settings = Settings()
def above(truth, guess): return ops.mean(ops.cast(guess > settings.threshold, "float32"))
class Tune(keras.callbacks.Callback):
    def __init__(self, loss): super().__init__(); self.loss = loss
    def on_epoch_end(self, epoch, logs=None):
        if epoch: return
        self.loss.margin["low"] = 0.5  # finds: LT214 -
loss = Margin()
model = keras.Sequential([keras.Input((2,)), layers.Dense(1)]); model.compile("sgd", loss, metrics=[above])
x, y = np.ones((4, 2)), np.ones((4, 1))
model.fit(x, y, epochs=3, verbose=0, callbacks=[Tune(loss)]); model.evaluate(x, y, verbose=0)
settings.threshold = 0.9  # finds: LT214 -
model.evaluate(x, y, verbose=0)
