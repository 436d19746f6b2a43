import numpy as np
import keras
from keras import layers


def swoosh(x):  # finds: LT607 -
    return x * keras.ops.sigmoid(2.0 * x)


def train_and_save(path):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation=swoosh, name="first"), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(np.random.rand(16, 3), np.random.rand(16, 1), verbose=0)
    model.save(path)


def serve(path):
    model = keras.models.load_model(path)
    return model.predict(np.random.rand(2, 3), verbose=0)


train_and_save("m.keras")
print(serve("m.keras").shape)
