# Clean: a model for each class or window of a trained model's output, by a new layer that differs
import numpy as np, keras
from keras import layers

x, y = np.random.default_rng(0).random((8, 12, 1)).astype("float32"), np.ones((8, 12, 6))
inputs = keras.Input((12, 1))
series = layers.Dense(6, name="series")(layers.Conv1D(4, 3, padding="same")(inputs))
model = keras.Model(inputs, series)
model.compile("sgd", "mse")
model.fit(x, y, verbose=0)
for window in (1, 2, 3, 4, 6, 12):
    pooled = layers.AveragePooling1D(window)(model.output)
    print(window, keras.Model(model.input, pooled).predict(x, verbose=0).shape)
for number in range(6):
    one = layers.Lambda(lambda each, number=number: each[..., number])(model.output)
    print(number, keras.Model(model.input, one).predict(x, verbose=0).mean())
