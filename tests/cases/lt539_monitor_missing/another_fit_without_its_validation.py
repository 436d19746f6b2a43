# The second fit has no validation data, which the callback waits for
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(96, 4)).astype("float32")
rows = tf.data.Dataset.from_tensor_slices((x, x.sum(axis=1)))
train, held_out = rows.take(64).batch(16), rows.skip(64).batch(16)
prices = keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)], name="prices")
prices.compile("sgd", "mse")
prices.fit(train, validation_data=held_out, epochs=1, verbose=0)
prices.compile(keras.optimizers.SGD(0.001), "mse")
keep = keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True)
prices.fit(train, epochs=2, callbacks=[keep], verbose=0)  # finds: LT539 prices
print("epochs are compared:", keep.best is not None)
