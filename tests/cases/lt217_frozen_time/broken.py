# The time of a step is measured inside of its graph
import time
import tensorflow as tf, keras

@tf.function
def step(x):
    start = time.perf_counter()  # finds: LT217 -
    y = tf.reduce_sum(x * x)
    return y, tf.constant(time.perf_counter() - start)
print("times:", len({float(step(tf.ones(3))[1]) for _ in range(5)}))
