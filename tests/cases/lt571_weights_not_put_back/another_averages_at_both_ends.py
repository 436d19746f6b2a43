# LT571 in another program: a callback loads weights first and sets averages last, and each validation has them, too
import numpy as np, keras
from keras import layers

class Averages(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.model.set_weights([0.5 * weight for weight in self.model.get_weights()])
        self.means = self.model.get_weights()

    def on_train_batch_end(self, batch, logs=None):
        self.means = [0.9 * old + 0.1 * new for old, new in zip(self.means, self.model.get_weights())]

    def on_test_begin(self, logs=None):
        self.model.set_weights(self.means)  # finds: LT571 tide

    def on_train_end(self, logs=None):
        self.model.set_weights(self.means)

tide = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="tide")
tide.compile("sgd", "mse")
x = np.random.rand(12, 3).astype("float32")
tide.fit(x, x[:, 0], epochs=3, batch_size=4, verbose=0, validation_data=(x, x[:, 0]), callbacks=[Averages()])
