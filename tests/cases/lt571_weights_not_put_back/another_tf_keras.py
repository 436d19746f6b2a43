# LT571 in another program, with tf_keras: averages of weights, which are kept but not set again
import numpy as np, tf_keras
from tf_keras import layers

class Averages(tf_keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.means = None

    def on_train_batch_end(self, batch, logs=None):
        now = self.model.get_weights()
        self.means = now if self.means is None else [0.9 * a + 0.1 * b for a, b in zip(self.means, now)]

    def on_test_begin(self, logs=None):
        self.own = self.model.get_weights()
        self.model.set_weights(self.means)  # finds: LT571 slow

slow = tf_keras.Sequential([layers.Dense(2, input_shape=(3,)), layers.Dense(1)], name="slow")
slow.compile("adam", "mse")
x = np.random.rand(12, 3).astype("float32")
slow.fit(x, x[:, 0], epochs=3, batch_size=4, verbose=0, validation_split=0.3, callbacks=[Averages()])
