# SOURCE: https://github.com/appeler/ethnicolr/issues/59
# MENDED: twin of 60_uncertainty_from_predict.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(6)
rng = np.random.default_rng(0)
x = rng.normal(size=(64, 3)).astype("float32")
regressor = keras.Sequential([keras.Input((3,)), layers.Dense(16, activation="relu", name="hidden"),
                              layers.Dropout(0.4, name="drop"), layers.Dense(1, name="out")], name="regressor")
regressor.compile("adam", "mse")
regressor.fit(x, x[:, :1] ** 2, epochs=3, verbose=0)


class MonteCarlo:
    def __init__(self, model, passes=20):
        self.model, self.passes = model, passes

    def __call__(self, x):
        answers = np.stack([keras.ops.convert_to_numpy(self.model(x, training=True)) for _ in range(self.passes)])
        return answers.mean(axis=0), answers.std(axis=0)


mean, deviation = MonteCarlo(regressor)(x[:8])
print("largest standard deviation:", round(float(deviation.max()), 5))
