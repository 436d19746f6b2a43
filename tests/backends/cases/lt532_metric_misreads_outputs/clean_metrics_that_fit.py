# Metrics that know logits, or that the middle of logits is 0
import numpy as np, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
spam = keras.Sequential([keras.Input((4,)), layers.Dense(1)], name="spam")
metrics = [keras.metrics.AUC(from_logits=True), keras.metrics.BinaryAccuracy(threshold=0.0)]
spam.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True), metrics=metrics)
spam.fit(x, x[:, :1] > 0, verbose=0)
kinds = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Activation("softmax", dtype="float32")])
kinds.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
kinds.fit(x, np.arange(64) % 3, verbose=0)
