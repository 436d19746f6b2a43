# LT571 in another program: each validation loads the file of a checkpoint
import os, tempfile
import numpy as np, keras
from keras import layers

path = os.path.join(tempfile.mkdtemp(), "first.weights.h5")

class FromFile(keras.callbacks.Callback):
    def on_test_begin(self, logs=None):
        self.model.load_weights(path)  # finds: LT571 pilot

pilot = keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="pilot")
pilot.compile("sgd", "mse")
pilot.save_weights(path)
x = np.random.rand(8, 2).astype("float32")
pilot.fit(x, x[:, 0], epochs=2, verbose=0, validation_data=(x, x[:, 0]), callbacks=[FromFile()])
