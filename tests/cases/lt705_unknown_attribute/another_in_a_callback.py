# A callback lowers the learning rate of the optimizer that it was given; a second program misspells clipnorm
import keras
import numpy as np


class Lower(keras.callbacks.Callback):
    def __init__(self, optimizer):
        super().__init__()
        self.adam = optimizer

    def on_epoch_end(self, epoch, logs=None):
        setattr(self.adam, "lr", 0.1 ** (epoch + 2))  # finds: LT705 -


adam = keras.optimizers.Adam(0.01)
adam.clip_norm = 1.0  # finds: LT705 -
net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
net.compile(adam, "mse")
net.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=2, verbose=0, callbacks=[Lower(adam)])
