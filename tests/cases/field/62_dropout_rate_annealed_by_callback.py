# SOURCE: https://github.com/keras-team/keras/issues/8826
# SYMPTOM: a callback sets layer.rate at each epoch; training goes on with the rate of the first epoch
# CULPRIT: drop
# LINE: 22
# FIX: a layer of one's own that keeps the rate in a non-trainable variable, which the callback assigns
# OUTCOME: silent
# IDEAL: drop.rate was set to 0.0 in epoch 2, but train_function was traced with 0.9 and is not traced again: the new rate has no effect.
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Anneal(keras.callbacks.Callback):
    def __init__(self, rates):
        super().__init__()
        self.rates = rates

    def on_epoch_begin(self, epoch, logs=None):
        drop = self.model.get_layer("drop")
        drop.rate = self.rates[epoch]




class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.drop = layers.Dropout(0.9, name="drop")
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
