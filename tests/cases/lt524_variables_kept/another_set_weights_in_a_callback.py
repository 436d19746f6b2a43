# LT524 in another program: the callback of an early stopping, which copies the list and not what is in it
import copy
import numpy as np, keras
from keras import layers

class Patience(keras.callbacks.Callback):
    def __init__(self, epochs): super().__init__(); self.epochs, self.waited, self.lowest = epochs, 0, np.inf
    def on_epoch_end(self, epoch, logs=None):
        if logs["val_loss"] < self.lowest:
            self.waited, self.lowest = 0, logs["val_loss"]
            self.weights_of_best = copy.copy(self.model.weights)  # finds: LT524 tree
            return
        self.waited += 1
        if self.waited >= self.epochs:
            self.model.stop_training = True
    def on_train_end(self, logs=None): self.model.set_weights(self.weights_of_best)
tree = keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="tree")
tree.compile(keras.optimizers.SGD(2.0), "mse")
x, y = np.random.rand(8, 2), np.ones((8, 1))
tree.fit(x, y, validation_data=(x, y), epochs=6, verbose=0, callbacks=[Patience(2)])
