"""The callback copies the weights back, one by one."""

import keras
import torch


class Averages(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.means = self.model.get_weights()

    def on_train_batch_end(self, batch, logs=None):
        self.means = [0.9 * old + 0.1 * new for old, new in zip(self.means, self.model.get_weights())]

    def on_test_begin(self, logs=None):
        self.kept = [parameter.detach().clone() for parameter in self.model.parameters()]
        self.model.set_weights(self.means)

    def on_test_end(self, logs=None):
        with torch.no_grad():
            for parameter, kept in zip(self.model.parameters(), self.kept):
                parameter.copy_(kept)


buoy = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="buoy")
buoy.compile("sgd", "mse")
x = torch.randn(12, 3)
buoy.fit(x, x[:, :1], epochs=2, batch_size=4, verbose=0, validation_data=(x, x[:, :1]), callbacks=[Averages()])
