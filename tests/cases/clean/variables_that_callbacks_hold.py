# Clean: callbacks hold variables to measure them, to average them into another model, or to assign to them
import numpy as np, keras
from keras import layers

def net(name): return keras.Sequential([keras.Input((2,)), layers.Dense(1)], name=name)
class Follow(keras.callbacks.Callback):
    """a teacher follows the model"""
    def __init__(self, teacher): super().__init__(); self.teacher = teacher
    def on_train_begin(self, logs=None): self.leaders = self.model.trainable_variables
    def on_train_batch_end(self, batch, logs=None):
        for slow, fast in zip(self.teacher.trainable_variables, self.leaders): slow.assign(0.9 * slow + 0.1 * fast)
class Norms(keras.callbacks.Callback):
    def on_train_begin(self, logs=None): self.watched = list(self.model.weights)
    def on_epoch_end(self, epoch, logs=None): self.norms = [float(np.linalg.norm(each.numpy())) for each in self.watched]
class Decay(keras.callbacks.Callback):
    """assigns to the variables that it holds what it has computed from them"""
    def on_train_begin(self, logs=None): self.decayed = self.model.trainable_weights
    def on_epoch_end(self, epoch, logs=None):
        smaller = [0.9 * value for value in self.model.trainable_weights]
        for variable, value in zip(self.decayed, smaller): variable.assign(value)
class Copies(keras.callbacks.Callback):
    """keeps values, and the variables to put them back"""
    def on_train_begin(self, logs=None): self.variables = self.model.trainable_variables; self.values = [v.numpy() for v in self.variables]
    def on_train_end(self, logs=None):
        for variable, value in zip(self.variables, self.values): variable.assign(value)
model, teacher = net("model"), net("teacher")
teacher.set_weights(model.weights)
model.compile("sgd", "mse")
model.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=2, verbose=0, callbacks=[Follow(teacher), Norms(), Decay(), Copies()])
