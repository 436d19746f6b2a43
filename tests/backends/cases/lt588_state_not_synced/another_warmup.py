"""A LambdaCallback raises the learning rate of an optimizer that it holds, batch by batch."""

import keras
import numpy as np

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)], name="net")
optimizer = keras.optimizers.Adam(1e-5)
model.compile(optimizer, "mse")


def warm_up(batch, logs=None):
    optimizer.learning_rate = 1e-3 * (batch + 1) / 8  # finds: LT588


model.fit(
    x, x[:, :1], batch_size=8, epochs=2, verbose=0,
    callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=warm_up)],
)  # fmt: skip
assert abs(float(optimizer.learning_rate) - 1e-3) < 1e-6, float(optimizer.learning_rate)
