# Weights that were read from a JSON file, with text as keys
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(400, 2)).astype("float32")
y = (x[:, 0] + rng.normal(size=400) > 2).astype("int64")
weights = {"0": 1.0, "1": 20.0}
fraud = keras.Sequential([keras.Input((2,)), layers.Dense(1, "sigmoid")], name="fraud")
fraud.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
fraud.fit(x, y, epochs=10, class_weight={int(label): weight for label, weight in weights.items()}, verbose=0)
print("rare cases are found:", (fraud.predict(x, verbose=0)[y == 1] > 0.5).mean() > 0.7)
