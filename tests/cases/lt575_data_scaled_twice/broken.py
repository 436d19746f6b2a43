# Images that are divided by 255, and a model that does so, too: https://github.com/keras-team/keras/issues/15356
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
labels = rng.integers(0, 2, 200)
pixels = rng.integers(0, 200, (200, 8, 8, 1)) + 55 * labels[:, None, None, None]
images = pixels.astype("float32") / 255.0
digits = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        layers.Rescaling(1 / 255, name="scale"),
        layers.Conv2D(8, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(2, "softmax"),
    ],
    name="digits",
)
digits.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
history = digits.fit(images, labels, epochs=15, verbose=0).history  # finds: LT575 scale
print("it learns the classes:", history["accuracy"][-1] > 0.9)
