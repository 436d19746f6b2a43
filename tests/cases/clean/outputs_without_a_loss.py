# Clean: outputs without a loss that have no weights of their own, or are frozen, or are trained by another compile
import numpy as np, keras
from keras import layers

x = np.random.rand(12, 3).astype("float32")
inputs = keras.Input((3,)); hidden = layers.Dense(4, name="hidden")(inputs)
score = layers.Dense(1, name="score")(hidden); shown = layers.Softmax(name="shown")(hidden)
other = layers.Dense(1, name="other", trainable=False)(hidden)
model = keras.Model(inputs, {"score": score, "shown": shown, "other": other})
model.compile("sgd", {"score": "mse"}); model.fit(x, {"score": x[:, :1]}, verbose=0)
both = keras.Model(inputs, [score, layers.Dense(1, name="late")(hidden)])
both.compile("sgd", ["mse", None]); both.fit(x, [x[:, :1], x[:, :1]], verbose=0)
both.compile("sgd", ["mse", "mse"]); both.fit(x, [x[:, :1], x[:, :1]], verbose=0)
