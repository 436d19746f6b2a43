# SOURCE: https://github.com/keras-team/keras/issues/500
# MENDED: twin of 02_one_unit_of_softmax.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Churn(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.features = layers.Dense(8, activation="tanh", name="features")
        self.leaves = layers.Dense(1, activation="sigmoid", name="leaves")

    def call(self, x):
        return self.leaves(self.features(x))


rng = np.random.default_rng(1)
x = rng.normal(size=(96, 4)).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("float32")
churn = Churn(name="churn")
churn.compile(optimizer=keras.optimizers.Adam(0.05), loss="binary_crossentropy", metrics=["accuracy"])
churn.fit(x, y, epochs=8, verbose=0)
p = churn.predict(x, verbose=0)
print("predictions from", p.min().round(3), "to", p.max().round(3))
