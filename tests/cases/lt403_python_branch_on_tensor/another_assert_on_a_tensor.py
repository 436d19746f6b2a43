# Another program with LT403
import numpy as np, tensorflow as tf, keras
from keras import layers

class Checked(layers.Layer):
    def call(self, x):
        assert tf.reduce_all(x > 0)  # finds: LT403 checked
        return tf.math.log(x)
checked = Checked(name="checked"); checked(tf.ones((1, 2)))
tf.function(lambda x: checked(x))(tf.ones((1, 2)))
