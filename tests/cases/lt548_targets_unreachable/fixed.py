# LT548 fixed; targets that an activation can return, some of them with noise
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(256, 8)).astype("float32")
change = (x @ rng.normal(size=(8, 1))).astype("float32")

def fitted(activation, targets, loss="mse", **options):
    net = keras.Sequential([keras.Input((8,)), layers.Dense(16, "relu"), layers.Dense(1, activation)])
    net.compile(keras.optimizers.Adam(0.01), loss)
    net.fit(x, targets, verbose=0, **options)
    return net

price = fitted(None, change, epochs=30)
print("it predicts losses:", bool((price.predict(x, verbose=0) < -0.5).any()))
fitted("relu", np.abs(change) - 0.01)  # rain, measured with noise
fitted("tanh", np.sign(change))
fitted("tanh", np.sign(change), loss="hinge")
fitted("sigmoid", np.clip(1 / (1 + np.exp(-change)), 0.001, 1.002))
fitted("softplus", 100 * np.abs(change), loss="poisson")
