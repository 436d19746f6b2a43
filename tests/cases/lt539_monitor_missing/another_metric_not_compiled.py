# The accuracy is monitored, and the model is compiled without it
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(64, 4)).astype("float32")
y = rng.integers(0, 2, (64, 1))
spam = keras.Sequential([keras.Input((4,)), layers.Dense(32, "relu"), layers.Dense(1, "sigmoid")], name="spam")
spam.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
stop = keras.callbacks.EarlyStopping(monitor="val_accuracy", mode="max", patience=2)  # finds: LT539 spam
losses = spam.fit(x, y, validation_split=0.5, epochs=30, callbacks=[stop], verbose=0).history["loss"]
print("it stops before the end:", len(losses) < 30)
