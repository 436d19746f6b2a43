# Clean: globals and attributes that a loss reads are set before each compile, or are variables
import numpy as np, tensorflow as tf, keras
from keras import layers, ops

x, y = np.ones((8, 3)), np.ones((8, 1))
def scaled(truth, guess): return alpha * ops.mean((truth - guess) ** 2)
for alpha in (0.1, 0.2):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)]); model.compile("sgd", scaled); model.fit(x, y, verbose=0)
alpha = 0.5
model.compile("sgd", scaled); model.fit(x, y, epochs=2, verbose=0)
class Weighted(keras.losses.Loss):
    def __init__(self, weight): super().__init__(); self.weight, self.notes, self.epoch = weight, [], 0
    def call(self, truth, guess): return self.weight * ops.mean((truth - guess) ** 2, -1)
class Total(keras.metrics.Metric):
    def __init__(self): super().__init__(name="total"); self.sum = self.add_variable((), "zeros"); self.resets = 0
    def update_state(self, truth, guess, sample_weight=None): self.sum.assign_add(ops.sum(guess))
    def result(self): return self.sum
    def reset_state(self): self.sum.assign(0.0); self.resets += 1
loss = Weighted(keras.Variable(1.0, trainable=False))
class Anneal(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None): loss.weight.assign(1 / (epoch + 1)); loss.notes.append(epoch); loss.epoch = epoch
model.compile("sgd", loss, metrics=[Total()]); model.fit(x, y, epochs=4, verbose=0, callbacks=[Anneal()])
