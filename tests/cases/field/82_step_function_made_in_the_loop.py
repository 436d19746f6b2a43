# SOURCE: https://github.com/tensorflow/tensorflow/issues/46012
# SYMPTOM: the step is fast in each epoch but the first batch; every epoch starts with seconds of tracing
# CULPRIT: score
# LINE: 27
# FIX: define the tf.function once, outside of the loop (or method) that uses it
# OUTCOME: slow
# IDEAL: score is a new tf.function in each round and is traced again each time (6 traces of one signature); make it once.
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

    def forward(self, x):
        traces.append(x.shape)
        return self.net(x)

    def rank(self, candidates):
        score = tf.function(self.forward)
        return np.argsort(-score(tf.constant(candidates))[:, 0].numpy())


reranker = Reranker()
rng = np.random.default_rng(0)
for query in range(6):
    best = reranker.rank(rng.normal(size=(10, 4)).astype("float32"))
print("traces for 6 queries:", len(traces))
