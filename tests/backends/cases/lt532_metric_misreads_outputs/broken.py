# "The accuracy stays behind the loss" (https://github.com/tensorflow/tensorflow/issues/41413)
import numpy as np, keras
from keras import layers

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = (x[:, :1] > 0).astype("float32")
spam = keras.Sequential([keras.Input((4,)), layers.Dense(1, kernel_initializer="ones")], name="spam")
spam.compile(
    optimizer=keras.optimizers.Adam(0.05),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=["accuracy"],  # finds: LT532 spam
)
spam.fit(x, y, epochs=6, verbose=0)
_, accuracy = spam.evaluate(x, y, verbose=0)
right = ((spam.predict(x, verbose=0) > 0) == (y > 0.5)).mean()
print("accuracy is right", abs(accuracy - right) < 1e-6)
