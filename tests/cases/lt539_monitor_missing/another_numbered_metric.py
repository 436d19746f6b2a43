# The second model in a process has precision_1: https://github.com/keras-team/keras/issues/20404
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(64, 4)).astype("float32")
y = rng.integers(0, 2, (64, 1))


def train(number):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1, "sigmoid")], name=f"fold{number}")
    model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.Precision()])
    slower = keras.callbacks.ReduceLROnPlateau(  # finds: LT539 fold2
        monitor="val_precision",
        mode="max",
        patience=0,
        min_delta=1.0,
    )
    model.fit(x, y, validation_data=(x, y), epochs=4, callbacks=[slower], verbose=0)
    return float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))


first = train(1)
second = train(2)
print("both are slowed down:", max(first, second) < 0.001)
