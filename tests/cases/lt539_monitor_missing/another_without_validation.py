# The default monitors the validation loss: https://github.com/keras-team/keras/issues/2768
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(64, 4)).astype("float32")
prices = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)], name="prices")
prices.compile("sgd", "mse")
keep = keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True)
prices.fit(x, x.sum(axis=1), epochs=3, callbacks=[keep], verbose=0)  # finds: LT539 prices
print("epochs are compared:", keep.best is not None)
