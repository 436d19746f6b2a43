# SOURCE: https://github.com/kuanghuei/clean-net/issues/2
# SYMPTOM: dropout of 0.9 changes nothing: training and inference give the same output, overfitting as before
# CULPRIT: forget
# LINE: 25
# FIX: h = self.forget(h, training=training)
# OUTCOME: silent
# IDEAL: forget (Dropout, 0.9) was called and its output was used by nothing: read_out gets the output of hidden.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Scorer(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(32, activation="relu", name="hidden")
        self.forget = layers.Dropout(0.9, name="forget")
        self.read_out = layers.Dense(1, name="read_out")

    def call(self, x, training=None):
        h = self.hidden(x)
        if training:
            dropped = self.forget(h, training=training)
        return self.read_out(h)


rng = np.random.default_rng(0)
x = rng.normal(size=(40, 3)).astype("float32")
scorer = Scorer(name="scorer")
scorer.compile(optimizer="adam", loss="mse")
scorer.fit(x, x[:, :1], epochs=2, verbose=0)
trained, asked = scorer(x, training=True), scorer(x, training=False)
print("training and inference differ by", round(float(keras.ops.max(keras.ops.abs(trained - asked))), 4))
