# LT203 in another program: each query compiles the method of one object again
import numpy as np, tensorflow as tf, keras
from keras import layers

class Reranker:
    def __init__(self): self.net = keras.Sequential([keras.Input((4,)), layers.Dense(1)])

    def forward(self, x): return self.net(x)

    def rank(self, candidates):
        score = tf.function(self.forward)  # finds: LT203 -
        return np.argsort(score(tf.constant(candidates))[:, 0])

reranker = Reranker()
for _ in range(6): reranker.rank(np.ones((10, 4), "float32"))
