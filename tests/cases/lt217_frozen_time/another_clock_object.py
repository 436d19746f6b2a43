import time
import tensorflow as tf
import keras
from keras import layers

start = time.perf_counter()
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])


class Clock:
    def elapsed(self):
        return time.perf_counter() - start  # finds: LT217 -


clock = Clock()


@tf.function
def step(x):
    return tf.reduce_mean(model(x)), tf.constant(clock.elapsed())


for _ in range(4):
    value, seconds = step(tf.ones((2, 3)))
    print(float(seconds))
