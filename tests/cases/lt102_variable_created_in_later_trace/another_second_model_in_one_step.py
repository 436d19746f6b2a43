# LT102 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

@tf.function
def train(model, x):
    return tf.reduce_sum(model(x))
built = keras.Sequential([keras.Input((2,)), layers.Dense(3)])
late = keras.Sequential([layers.Dense(3, name="late_dense")])
train(built, tf.ones((2, 2)))
class Stepper(tf.Module):
    def __init__(self): super().__init__(); self.total = None
    @tf.function
    def add(self, x):
        if x.shape[0] == 3:
            self.metric = keras.metrics.Mean()  # finds: LT102 -
            self.metric.update_state(x)
        return x
stepper = Stepper()
stepper.add(tf.ones(2)); stepper.add(tf.ones(3))
