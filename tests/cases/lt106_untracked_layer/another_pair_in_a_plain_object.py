# Two encoders lie in an object that is not a layer: one finding, at the class of the object.
# After https://github.com/tensorflow/tensorflow/issues/28748
import numpy as np
import keras
from keras import layers


class Encoders:  # finds: LT106 query_encoder, LT106 answer_encoder
    def __init__(self, size):
        self.query = layers.Dense(size, name="query_encoder")
        self.answer = layers.Dense(size, name="answer_encoder")


class Matcher(keras.Model):
    def __init__(self):
        super().__init__(name="matcher")
        self.encoders = Encoders(4)
        self.score = layers.Dense(1)

    def call(self, pair):
        query, answer = pair
        return self.score(self.encoders.query(query) * self.encoders.answer(answer))


x = np.ones((4, 3), "float32")
matcher = Matcher()
matcher.compile("sgd", "mse")
matcher.fit((x, x[:, :2]), x[:, :1], verbose=0)
