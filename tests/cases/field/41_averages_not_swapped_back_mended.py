# SOURCE: https://github.com/keras-team/keras/issues/3696
# MENDED: twin of 41_averages_not_swapped_back.py, nothing is wrong here
# OUTCOME: silent
import numpy as np, tensorflow as tf, keras
from keras import layers

class Averages(keras.callbacks.Callback):
    def __init__(self, decay=0.9):
        super().__init__()
        self.decay, self.means = decay, None
    def on_train_batch_end(self, batch, logs=None):
        now = self.model.get_weights()
        self.means = now if self.means is None else [self.decay * a + (1 - self.decay) * b for a, b in zip(self.means, now)]
    def on_test_begin(self, logs=None):
        self.kept = self.model.get_weights()
        self.model.set_weights(self.means)
    def on_test_end(self, logs=None):
        self.model.set_weights(self.kept)

net = keras.Sequential([keras.Input((4,)), layers.Dense(1)], name="net")
net.compile("adam", "mse")
x = np.random.rand(32, 4).astype("float32")
net.fit(x, x[:, :1], epochs=3, batch_size=4, verbose=0, validation_data=(x, x[:, :1]), callbacks=[Averages()])
