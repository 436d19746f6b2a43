# A crossentropy of outputs without an activation, where the program imports the module of losses alone
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf
from tensorflow.keras import layers, losses

rng = np.random.default_rng(0)
tf.keras.utils.set_random_seed(1)
x = rng.normal(size=(64, 4)).astype("float32")
spam = tf.keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(1, name="score")], name="spam")
spam.compile(tf.keras.optimizers.SGD(1.0), losses.BinaryCrossentropy())  # finds: LT512 score
history = spam.fit(x, (x[:, 0] > 0).astype("float32"), epochs=8, verbose=0)
print("learned:", history.history["loss"][-1] < 0.4)
