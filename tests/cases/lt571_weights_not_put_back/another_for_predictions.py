# LT571 in another program: a callback predicts with the best weights in a loop of short fits
import numpy as np, keras
from keras import layers

class Best(keras.callbacks.Callback):
    lowest, weights = float("inf"), None

    def on_epoch_end(self, epoch, logs=None):
        if logs["loss"] < self.lowest:
            self.lowest, self.weights = logs["loss"], self.model.get_weights()

    def on_predict_begin(self, logs=None):
        self.model.set_weights(self.weights)  # finds: LT571 guide

inputs = keras.Input((2,))
guide = keras.Model(inputs, layers.Dense(1)(inputs), name="guide")
guide.compile("sgd", "mae")
x, best = np.random.rand(8, 2).astype("float32"), Best()
for round_of_play in range(3):
    guide.fit(x, x[:, 0], verbose=0, callbacks=[best])
    guide.predict(x, verbose=0, callbacks=[best])
