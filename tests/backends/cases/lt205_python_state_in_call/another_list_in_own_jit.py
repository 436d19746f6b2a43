"""A layer of a function that is jitted by hand collects its inputs in a global list; JAX is not imported whole."""

import keras
import numpy as np
from jax import effects_barrier, jit

seen = []


class Collecting(keras.layers.Layer):
    def call(self, x):
        seen.append(x)  # finds: LT205 collecting
        return x * 2.0


layer = Collecting()
double = jit(lambda x: layer(x))
for _ in range(10):
    double(np.ones((2, 4), "float32"))
effects_barrier()
if len(seen) != 10 or seen[-1].shape != (2, 4):
    raise RuntimeError("it does not collect each input")
