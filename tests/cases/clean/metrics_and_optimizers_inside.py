import numpy as np, tensorflow as tf, keras, tf_keras
from keras import layers

class Stats(layers.Layer):
    """metrics and optimizers created in init and build, whose variables are not weights of the layer"""
    def __init__(self): super().__init__(); self.a, self.b = keras.metrics.Mean(), keras.metrics.Mean(); self.heads = [keras.metrics.Mean(name="head") for _ in range(2)]
    def build(self, shape): self.low, self.high = keras.metrics.MeanSquaredError(), keras.metrics.MeanSquaredError(); self.one, self.two = keras.optimizers.SGD(), keras.optimizers.SGD()
    def call(self, x): self.a.update_state(x); self.b.update_state(2 * x); [one.update_state(x) for one in self.heads]; return x
Stats()(np.ones((2, 3)))
class Shown(tf_keras.layers.Layer):
    """one line creates two variables, in the first call only"""
    def call(self, x): self.add_metric(tf.reduce_sum(x), name="sum"); return x
model = tf_keras.Sequential([tf_keras.layers.Dense(3, input_shape=(3,)), Shown(), tf_keras.layers.Dense(1)])
model(np.ones((2, 3), "float32")); model(np.ones((2, 3), "float32"))
class Lazy(layers.Layer):
    """one line creates several variables, once"""
    def __init__(self): super().__init__(); self.made = {}
    def factors(self): return self.made["all"] if self.made else self.made.setdefault("all", [tf.Variable(1.0, trainable=False) for _ in range(3)])
    def call(self, x): return x * self.factors()[0]
lazy = Lazy(); lazy(np.ones((1, 2))); lazy(np.ones((1, 2)))
class Entropy(keras.Model):
    """a raw variable that another optimizer trains"""
    def __init__(self): super().__init__(); self.policy = layers.Dense(2); self.log_alpha = tf.Variable(0.0, name="log_alpha"); self.tuner = keras.optimizers.SGD(0.1)
    def build(self, shape): self.policy.build(shape)
    def call(self, x): return self.policy(x)
    def tune(self, x):
        with tf.GradientTape() as tape: loss = tf.reduce_mean(tf.exp(self.log_alpha) * tf.stop_gradient(self(x)))
        self.tuner.apply_gradients([(tape.gradient(loss, self.log_alpha), self.log_alpha)])
entropy = Entropy(); entropy.tune(np.ones((4, 3), "float32")); entropy.tune(np.ones((4, 3), "float32"))
