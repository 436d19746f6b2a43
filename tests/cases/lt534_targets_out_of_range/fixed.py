# LT534 fixed
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.rand(64, 4).astype("float32")
y = np.where(x[:, :1] > 0.5, 1.0, -1.0)
judge = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")], name="judge")
judge.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
history = judge.fit(x, (y + 1) / 2, epochs=30, verbose=0)
print("the loss is negative:", history.history["loss"][-1] < 0)
