# The precision of logits, in a model of the program's own
import numpy as np, keras

class Spam(keras.Model):
    def __init__(self):
        super().__init__(name="spam")
        self.score = keras.layers.Dense(1)

    def call(self, inputs):
        return self.score(inputs)

x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
spam = Spam()
loss = keras.losses.BinaryCrossentropy(from_logits=True)
spam.compile("adam", loss, metrics=[keras.metrics.Precision()])  # finds: LT532 spam
spam.fit(x, x[:, :1] > 0, verbose=0)
