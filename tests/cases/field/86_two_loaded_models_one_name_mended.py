# SOURCE: https://github.com/keras-team/keras/issues/12187
# MENDED: twin of 86_two_loaded_models_one_name.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x, y = rng.normal(size=(48, 5)).astype("float32"), rng.integers(0, 3, 48)


def expert(fold):
    model = keras.Sequential([keras.Input((5,)), layers.Dense(8, activation="relu"), layers.Dense(3, activation="softmax")],
                             name=f"expert_{fold}")
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x[fold::2], y[fold::2], verbose=0)
    return model


experts = [expert(fold) for fold in range(2)]
inputs = keras.Input((5,))
ensemble = keras.Model(inputs, layers.Average(name="vote")([e(inputs) for e in experts]), name="ensemble")
print("ensemble of", len(experts), "gives", ensemble.predict(x[:2], verbose=0).shape)
