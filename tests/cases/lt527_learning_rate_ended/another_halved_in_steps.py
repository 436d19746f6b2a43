# LT527 in another program: the rate is to be halved every two epochs, and is every two batches:
# https://github.com/tensorflow/tensorflow/issues/52529
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.rand(64, 3).astype("float32")


def optimizer_for(batches):
    schedule = keras.optimizers.schedules.ExponentialDecay(
        0.05, decay_steps=2, decay_rate=0.5, staircase=True  # finds: LT527 prices
    )
    return keras.optimizers.Adam(schedule)


prices = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="prices")
prices.compile(optimizer_for(len(x) // 4), "mse")
losses = prices.fit(x, x.sum(axis=1), batch_size=4, epochs=8, verbose=0).history["loss"]
print("it learns to the end:", losses[-1] < 0.9 * losses[3])
