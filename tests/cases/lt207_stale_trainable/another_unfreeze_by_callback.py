import numpy as np
import keras
from keras import layers

backbone = keras.Sequential([keras.Input((6,)), layers.Dense(8, "relu"), layers.Dense(8, "relu")], name="backbone")
backbone.trainable = False
inputs = keras.Input((6,))
model = keras.Model(inputs, layers.Dense(1)(backbone(inputs)))
model.compile(keras.optimizers.Adam(1e-3), "mse")


class Unfreeze(keras.callbacks.Callback):
    def __init__(self, layer, at):
        super().__init__()
        self.layer, self.at = layer, at

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.at:
            self.layer.trainable = True  # finds: LT207 backbone


x, y = np.random.rand(64, 6), np.random.rand(64, 1)
model.fit(x, y, epochs=4, verbose=0, callbacks=[Unfreeze(backbone, 2)])
print(len(model.trainable_variables))
