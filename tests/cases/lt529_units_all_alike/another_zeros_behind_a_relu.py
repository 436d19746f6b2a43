# Units of zeros behind a ReLU get no gradient: nothing but the last bias is trained.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(9)
digits = keras.Input((8, 8, 1))
h = layers.Conv2D(6, 3, activation="relu", kernel_initializer=keras.initializers.Zeros(), name="strokes")(digits)  # finds: LT529 strokes
h = layers.Flatten()(h)
model = keras.Model(digits, layers.Dense(3, activation="softmax", name="digit")(h))
model.compile("adam", "sparse_categorical_crossentropy")
rng = np.random.default_rng(9)
model.fit(rng.normal(size=(64, 8, 8, 1)), rng.integers(0, 3, size=64), epochs=2, verbose=0)
