# SOURCE: https://github.com/keras-team/keras/issues/8826
# MENDED: twin of 62_dropout_rate_annealed_by_callback.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class VariableDropout(layers.Layer):
    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.rate = self.add_weight(shape=(), initializer=keras.initializers.Constant(rate), trainable=False, name="rate")
        self.seeds = keras.random.SeedGenerator(1)

    def call(self, x, training=False):
        if not training:
            return x
        keep = ops.cast(keras.random.uniform(ops.shape(x), seed=self.seeds) >= self.rate, x.dtype)
        return x * keep / (1.0 - self.rate)


class Anneal(keras.callbacks.Callback):
    def __init__(self, rates):
        super().__init__()
        self.rates = rates

    def on_epoch_begin(self, epoch, logs=None):
        drop = self.model.get_layer("drop")
        drop.rate.assign(self.rates[epoch])




class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.drop = VariableDropout(0.9, name="drop")
        self.out = layers.Dense(1, name="out")
        self.zeros = keras.metrics.Mean(name="zeros")

    def call(self, x, training=False):
        x = self.drop(x, training=training)
        if training:
            self.zeros.update_state(ops.cast(ops.equal(x, 0.0), "float32"))
        return self.out(x)


net = Net(name="net")
net.compile("sgd", "mse")
history = net.fit(np.ones((64, 50), "float32"), np.ones((64, 1), "float32"), epochs=3, verbose=0,
                  callbacks=[Anneal([0.9, 0.5, 0.0])])
print("zeros per epoch:", [round(v, 1) for v in history.history["zeros"]])
