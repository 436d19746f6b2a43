# LT708 in another program: metrics and the weights of two losses, on several lines
import numpy as np, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(32, 5)).astype("float32")
inputs = keras.Input((5,))
body = layers.Dense(8, "relu")(inputs)
pair = keras.Model(inputs, [layers.Dense(1)(body), layers.Dense(1)(body)], name="pair")
pair.compile(  # finds: LT708 pair
    keras.optimizers.Adam(),
    ["mse", "mae"],
    [keras.metrics.MeanAbsoluteError(), keras.metrics.MeanSquaredError()],
    [1.0, 0.5],
)
pair.fit(x, [x[:, :1], x[:, 1:2]], verbose=0)
