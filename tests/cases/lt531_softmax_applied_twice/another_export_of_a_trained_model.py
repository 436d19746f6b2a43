# A trained model that ends in a sigmoid is exported behind its text preparation, with a sigmoid once more
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
from keras import layers, losses

rng = np.random.default_rng(0)
x = rng.normal(size=(64, 5)).astype("float32")
y = (x.sum(1, keepdims=True) > 0).astype("float32")
model = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(1, activation="sigmoid")], name="reviews")
model.compile("adam", losses.BinaryCrossentropy())
model.fit(x, y, epochs=2, verbose=0)

export = keras.Sequential([
    layers.Rescaling(1.0),
    model,
    layers.Activation("sigmoid", name="chance"),  # finds: LT531 chance
])
export.compile("adam", losses.BinaryCrossentropy(from_logits=False), metrics=["accuracy"])
print(export.evaluate(x, y, return_dict=True, verbose=0))
