import tensorflow as tf, keras
from keras import layers

class Counted(layers.Layer):
    """counts the batches of this run, which is not to be saved, and is nothing to train"""
    def __init__(self): super().__init__(); self.batches = tf.Variable(0, trainable=False, name="batches")
    def call(self, x): self.batches.assign_add(1); return x
model = keras.Sequential([keras.Input((2,)), Counted(), layers.Dense(1)])
model.predict(tf.ones((4, 2)), batch_size=2, verbose=0)
