# SOURCE: https://github.com/tensorflow/tensorflow/issues/46012
# MENDED: twin of 82_step_function_made_in_the_loop.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
traces = []


class Reranker:
    def __init__(self):
        self.net = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu", name="hidden"),
                                     layers.Dense(1, name="score")], name="net")
        self.score = tf.function(self.forward)

    def forward(self, x):
        traces.append(x.shape)
        return self.net(x)

    def rank(self, candidates):
        return np.argsort(-self.score(tf.constant(candidates))[:, 0].numpy())


reranker = Reranker()
rng = np.random.default_rng(0)
for query in range(6):
    best = reranker.rank(rng.normal(size=(10, 4)).astype("float32"))
print("traces for 6 queries:", len(traces))
