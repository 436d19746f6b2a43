# SOURCE: https://github.com/keras-team/keras/issues/19000
# SYMPTOM: a callback keeps the weights of the best epoch and puts them back at the end; the model stays as the last epoch left it
# CULPRIT: forecaster
# LINE: 23
# FIX: keep copies: self.best = self.model.get_weights(), and set_weights at the end
# OUTCOME: silent
# IDEAL: KeepBest keeps the variables of forecaster and not their values: what it assigns back at the end is what they hold by then.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


class KeepBest(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.lowest, self.best = float("inf"), None

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_loss"] < self.lowest:
            self.lowest = logs["val_loss"]
            self.best = list(self.model.weights)

    def on_train_end(self, logs=None):
        for variable, value in zip(self.model.weights, self.best):
            variable.assign(value)


rng = np.random.default_rng(1)
x = rng.normal(size=(24, 6)).astype("float32")
y = rng.normal(size=(24, 1)).astype("float32")
forecaster = keras.Sequential([keras.Input((6,)), layers.Dense(32, activation="relu", name="hidden"), layers.Dense(1, name="out")],
                              name="forecaster")
forecaster.compile(keras.optimizers.Adam(0.03), "mse")
keep = KeepBest()
forecaster.fit(x[:16], y[:16], validation_data=(x[16:], y[16:]), epochs=12, verbose=0, callbacks=[keep])
after = forecaster.evaluate(x[16:], y[16:], verbose=0)
print("lowest val_loss", round(keep.lowest, 4), "after restoring", round(after, 4), "same:", abs(after - keep.lowest) < 1e-3)
