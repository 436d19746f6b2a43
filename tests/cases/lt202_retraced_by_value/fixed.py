# LT202 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

dense = layers.Dense(1); dense.build((None, 3))

@tf.function
def step(x, alpha): return dense(x) * alpha

for i in range(8): step(tf.ones((2, 3)), tf.constant(i * 0.1)) # 1 trace
n = step.experimental_get_tracing_count()
for i in range(8): step(tf.ones((2, 3)), tf.constant(i * 0.1))  # no more
print(n, step.experimental_get_tracing_count())
