# LT202 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Config:
    def __init__(self, rate): self.rate = rate
@tf.function
def drop(x, config): return x * config.rate
kept = []
for step in range(5):
    kept.append(Config(0.5))
    drop(tf.ones(3), kept[-1])  # finds: LT202 -
