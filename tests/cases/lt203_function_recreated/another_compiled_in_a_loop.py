# LT203 in another program: a model is compiled in each round of a loop, for a weight of its loss
import numpy as np, tensorflow as tf, keras
from keras import layers

x = np.random.rand(16, 4).astype("float32")
auto = keras.Sequential([keras.Input((4,)), layers.Dense(2), layers.Dense(4)], name="auto")
for epoch in range(6):
    beta = epoch / 6
    auto.compile(keras.optimizers.Adam(0.01), loss=lambda real, made: (1 - beta) * keras.ops.mean((real - made) ** 2))  # finds: LT203 auto
    auto.fit(x, x, epochs=2, verbose=0)
