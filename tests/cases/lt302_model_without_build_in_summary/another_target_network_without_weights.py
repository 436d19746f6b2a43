# LT302 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

def network(name): return keras.Sequential([layers.Dense(4), layers.Dense(2)], name=name)
policy, target = network("policy"), network("target")
policy(np.ones((1, 3), "float32"))
target.set_weights(policy.get_weights())  # finds: LT302 target
