# LT217 fixed
import time
import tensorflow as tf, keras

@tf.function
def step(x): return tf.reduce_sum(x * x)
times = set()
for _ in range(5):
    start = time.perf_counter()
    step(tf.ones(3))
    times.add(time.perf_counter() - start)
assert len(times) > 1
