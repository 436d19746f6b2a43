# SOURCE: https://github.com/mlrun/mlrun/pull/8155
# MENDED: twin of 15_optimizer_lr_of_old.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(64, 3)).astype("float32")
y = x @ np.array([[1.0], [-2.0], [0.5]], "float32")

model = keras.Sequential([keras.Input((3,)), layers.Dense(1, name="linear")], name="model")
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.1), loss="mse")
model.fit(x, y, epochs=1, batch_size=32, verbose=0)

# phase two: go on with a thousandth of the rate
model.optimizer.learning_rate = 1e-4
held = model.get_layer("linear").get_weights()[0].copy()
model.fit(x, y, epochs=2, batch_size=32, verbose=0)
moved = np.abs(model.get_layer("linear").get_weights()[0] - held).max()
print("learning rate", round(float(model.optimizer.learning_rate), 6), "moved by", round(float(moved), 4))
