# SOURCE: https://github.com/tensorflow/tensorflow/issues/32889
# SYMPTOM: a layer keeps a running total with self.total = self.total + ...; in fit: the tensor cannot be accessed from FuncGraph, because it was defined in another
# CULPRIT: running
# LINE: 22
# FIX: self.total.assign(self.total + ...)
# OUTCOME: raises InaccessibleTensorError
# IDEAL: running binds self.total anew in call: the weight total is replaced by a tensor of the trace; use assign.
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class RunningScale(layers.Layer):
    def build(self, input_shape):
        self.total = self.add_weight(shape=(input_shape[-1],), initializer="ones", trainable=False, name="total")

    def call(self, x, training=False):
        if training:
            now = ops.mean(ops.abs(x), axis=0)
            self.total = 0.9 * self.total + 0.1 * now
        return x / self.total


class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.running = RunningScale(name="running")
        self.out = layers.Dense(1, name="out")

    def call(self, x, training=False):
        return self.out(self.running(x, training=training))


net = Net(name="net")
x = np.random.default_rng(0).normal(0.0, 9.0, size=(32, 3)).astype("float32")
net.compile("adam", "mse")
net.fit(x, x[:, :1], epochs=5, verbose=0)
print("total:", np.round(ops.convert_to_numpy(net.running.total), 1), "weights of running:", len(net.running.weights))
net.evaluate(x, x[:, :1], verbose=0)
