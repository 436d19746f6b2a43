# LT568 in another program, with tf_keras: the windows of a series come from a Sequence, whose order fit shuffles
import numpy as np, tf_keras
from tf_keras import layers

class Windows(tf_keras.utils.Sequence):
    def __init__(self, series): self.series = series
    def __len__(self): return 6
    def __getitem__(self, at):
        part = self.series[:, at * 8:at * 8 + 9]
        return part[:, :8], part[:, 8]

class Reset(tf_keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None): self.model.reset_states()

load = np.random.rand(4, 60, 1).astype("float32")
meter = tf_keras.Sequential([layers.GRU(3, stateful=True, batch_input_shape=(4, 8, 1)), layers.Dense(1)], name="meter")
meter.compile("adam", "mae")
meter.fit(Windows(load), epochs=2, shuffle=True, callbacks=[Reset()], verbose=0)  # finds: LT568 meter
