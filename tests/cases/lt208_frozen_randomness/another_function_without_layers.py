# LT208 in another program
import random
import numpy as np, tensorflow as tf, keras

@tf.function
def brighten(image): return image + random.uniform(-0.1, 0.1)  # finds: LT208 -
@tf.function
def steady(image): return image + tf.random.uniform((), -0.1, 0.1)
for image in (tf.ones((2, 2)), tf.zeros((2, 2))): brighten(image); steady(image)
