# LT525 in another program: the loss grows until it overflows (https://stackoverflow.com/questions/37232782)
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
prices = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(1)], name="prices")
prices.compile(keras.optimizers.SGD(0.1), "mse")  # finds: LT525 prices
rooms = np.random.default_rng(0).uniform(20.0, 200.0, size=(32, 3))
prices.fit(rooms, rooms.sum(1, keepdims=True), batch_size=32, epochs=12, verbose=0)
