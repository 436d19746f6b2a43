# SOURCE: https://github.com/tensorflow/tensorflow/issues/41413
# SYMPTOM: the loss says that all is learnt, the accuracy stays behind: answers between 0 and 0.5 count as class 0
# CULPRIT: spam
# LINE: 20
# FIX: metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)]
# OUTCOME: silent
# IDEAL: spam returns logits (from_logits=True) and "accuracy" takes 0.5 as threshold, as for probabilities: answers between 0 and 0.5 are counted as class 0; use BinaryAccuracy(threshold=0).
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(80, 2)).astype("float32")
y = (x[:, :1] > 0).astype("float32")

spam = keras.Sequential([keras.Input((2,)), layers.Dense(1, name="score", kernel_initializer="ones")], name="spam")
spam.compile(optimizer=keras.optimizers.Adam(0.05),
             loss=keras.losses.BinaryCrossentropy(from_logits=True),
             metrics=["accuracy"])
spam.fit(x, y, epochs=6, batch_size=20, verbose=0)
told = spam.evaluate(x, y, verbose=0, return_dict=True)["accuracy"]
logits = spam.predict(x, verbose=0)
print("accuracy told %.4f, true %.4f" % (told, ((logits > 0) == (y > 0.5)).mean()))
