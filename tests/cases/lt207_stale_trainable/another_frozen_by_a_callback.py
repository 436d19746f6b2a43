# LT207 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class FreezeLater(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 6: self.model.get_layer("stem").trainable = False  # finds: LT207 stem
model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="stem"), layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((4, 3)), np.ones((4, 1)), epochs=8, verbose=0, callbacks=[FreezeLater()])
