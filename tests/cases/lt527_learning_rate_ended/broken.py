# A schedule that is given epochs, and counts batches: https://github.com/tensorflow/tensorflow/issues/53284
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
epochs, x = 6, np.random.rand(64, 3).astype("float32")
rate = keras.optimizers.schedules.CosineDecay(0.05, decay_steps=epochs)  # finds: LT527 prices
prices = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="prices")
prices.compile(keras.optimizers.Adam(rate), "mse")
losses = prices.fit(x, x.sum(axis=1), batch_size=8, epochs=epochs, verbose=0).history["loss"]
print("it learns to the end:", losses[-1] < 0.9 * losses[2])
