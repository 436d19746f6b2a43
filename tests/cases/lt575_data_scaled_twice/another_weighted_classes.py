# Images scaled twice, and weights for classes in quotes, in one line
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
labels = (np.arange(200) % 10 == 0).astype("int64")
images = (rng.integers(0, 200, (200, 8, 8, 1)) + 40 * labels[:, None, None, None]).astype("float32")
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
digits.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
weights = {"0": 1.0, "1": 9.0}
digits.fit(images / 255, labels, epochs=15, class_weight=weights, verbose=0)  # finds: LT573 digits, LT575 scale
is_found = digits.predict(images, verbose=0).argmax(-1) == labels
print("both classes are found:", min(is_found[labels == 0].mean(), is_found[labels == 1].mean()) > 0.8)
