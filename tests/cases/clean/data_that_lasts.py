# Generators and datasets that have as many batches as a fit wants, or that a callback stops before they end
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.ones((32, 3), "float32")

def endless(size):
    while True:
        for start in range(0, len(x), size):
            yield x[start:start + size], x[start:start + size, :1]

def once(size):
    for start in range(0, len(x), size):
        yield x[start:start + size], x[start:start + size, :1]

class Stop(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None): self.model.stop_training = True

model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(endless(8), epochs=2, steps_per_epoch=4, verbose=0)
model.fit(once(8), verbose=0)
model.fit(once(8), epochs=2, steps_per_epoch=2, verbose=0)
model.fit(once(8), epochs=5, steps_per_epoch=4, callbacks=[Stop()], verbose=0)
rows = tf.data.Dataset.from_tensor_slices((x, x[:, :1])).batch(8)
model.fit(rows, epochs=3, verbose=0)
model.fit(rows, epochs=3, steps_per_epoch=4, verbose=0)
model.fit(rows.repeat(), epochs=3, steps_per_epoch=3, verbose=0)

# A training that was complete when its program began again, and a fit that only builds
resumed = keras.Sequential([keras.layers.Dense(1)], name="resumed")
resumed.compile("sgd", "mse")
resumed.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=10, initial_epoch=10, verbose=0)
resumed.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=0, verbose=0)

# A second fit that makes the epochs which were left, if any; and a stage of no epoch
first = resumed.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=2, callbacks=[keras.callbacks.EarlyStopping("loss")], verbose=0)
resumed.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=2, initial_epoch=len(first.epoch), verbose=0)
FINE_TUNE = 0
resumed.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=FINE_TUNE, verbose=0)
