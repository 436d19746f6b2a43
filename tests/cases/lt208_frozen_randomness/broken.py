# Frozen or constant randomness in call
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Noise(layers.Layer):
    def __init__(self, kind): super().__init__(); self.kind, self.g = kind, keras.random.SeedGenerator(1)
    def call(self, x):
        if self.kind == "np": return x + np.random.rand()  # finds: LT208 noise
        return x + keras.random.normal((1,), seed=1337 if self.kind == "int" else self.g)  # finds: LT208 noise_1
def distinct(f): return len({float(f(tf.zeros((1, 1)))[0, 0]) for _ in range(4)})
print(f"numpy in graph: {distinct(tf.function(Noise('np')))} distinct; int seed: {distinct(Noise('int'))} "
      f"distinct; SeedGenerator: {distinct(Noise('gen'))} distinct")
