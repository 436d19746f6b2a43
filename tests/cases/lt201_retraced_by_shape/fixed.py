# LT201 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

dense = layers.Dense(1); dense.build((None, 3))

@tf.function(reduce_retracing=True)
def step(x): return dense(x)
@tf.function(reduce_retracing=True)
def relaxed(x): return dense(x)

for n in range(1, 8):
    step(tf.ones((n, 3))); relaxed(tf.ones((n, 3)))
print(step.experimental_get_tracing_count(), relaxed.experimental_get_tracing_count())
