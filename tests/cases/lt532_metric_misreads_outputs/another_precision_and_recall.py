# "Recall does not fit what I count" (https://github.com/tensorflow/tensorflow/issues/37103)
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = (x[:, :1] > 0).astype("float32")
spam = keras.Sequential([keras.Input((4,)), layers.Dense(1, kernel_initializer="ones")], name="spam")
spam.compile(
    "adam",
    keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0), keras.metrics.Precision(name="p"),  # finds: LT532 spam
             keras.metrics.Recall()],
)
spam.fit(x, y, verbose=0)
*_, recall = spam.evaluate(x, y, verbose=0)
print("recall is right", abs(recall - (spam.predict(x, verbose=0)[y > 0.5] > 0).mean()) < 1e-6)
