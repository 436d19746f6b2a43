# The same with a helper that sets each layer in a loop, and an attribute in place of get_layer.
import numpy as np
import keras
from keras import layers


class Judge(keras.Model):
    def __init__(self):
        super().__init__(name="judge")
        self.codes = layers.Embedding(6, 3, name="codes")
        self.pool = layers.GlobalAveragePooling1D()
        self.verdict = layers.Dense(1, name="verdict")

    def call(self, ids):
        return self.verdict(self.pool(self.codes(ids)))


def set_trainable(model, flag):
    for layer in model.layers:
        layer.trainable = flag  # finds: LT541 codes


judge = Judge()
ids = np.arange(12).reshape(4, 3) % 6
judge(ids)
judge.codes.trainable = False
for phase in range(2):
    set_trainable(judge, False)
    judge.predict(ids, verbose=0)
    set_trainable(judge, True)
    judge.compile("sgd", "mse")
    judge.fit(ids, np.ones((4, 1)), verbose=0)
