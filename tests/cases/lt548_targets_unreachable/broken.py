# A relu at the end of a regression: half of the targets are below 0
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(256, 8)).astype("float32")
change = (x @ rng.normal(size=(8, 1))).astype("float32")
price = keras.Sequential(
    [
        keras.Input((8,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="relu", name="change"),  # finds: LT548 change
    ],
    name="price",
)
price.compile(keras.optimizers.Adam(0.01), "mse")
price.fit(x, change, epochs=30, verbose=0)
print("it predicts losses:", bool((price.predict(x, verbose=0) < -0.5).any()))
