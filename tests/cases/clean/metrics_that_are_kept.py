# Clean: a counter of all rows, metrics that choose what a reset does, a mean over epochs, a running best, two models
import numpy as np, tensorflow as tf, keras
from keras import layers

class Worst(keras.metrics.Metric):
    """The largest error so far, on purpose over all epochs"""
    def __init__(self, **kwargs): super().__init__(**kwargs); self.error = self.add_weight(initializer="zeros", name="error")
    def update_state(self, y, p, sample_weight=None): self.error.assign(tf.maximum(self.error, tf.reduce_max(tf.abs(y - p))))
    def result(self): return self.error
    def reset_state(self): pass
class Best(keras.metrics.Metric):
    """The smallest loss of a batch so far: Keras would reset it to 0"""
    def __init__(self, **kwargs): super().__init__(**kwargs); self.lowest = tf.Variable(1e-9, trainable=False)
    def update_state(self, y, p, sample_weight=None): self.lowest.assign(self.lowest + tf.reduce_min(tf.abs(y - p)))
    def result(self): return self.lowest
class Smooth(keras.metrics.Metric):
    """What counts is a weight; the moving mean of all batches is not"""
    def __init__(self, **kwargs): super().__init__(**kwargs); self.batches = self.add_weight(initializer="zeros", name="batches"); self.moving = tf.Variable(0.0, trainable=False)
    def update_state(self, y, p, sample_weight=None): self.batches.assign_add(1.0); self.moving.assign(0.9 * self.moving + 0.1 * tf.reduce_mean(tf.abs(p)))
    def result(self): return self.moving
class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs); self.out = layers.Dense(1)
        self.tracker, self.seen, self.worst, self.unused = keras.metrics.Mean(name="loss"), keras.metrics.Sum(name="seen"), Worst(name="worst"), keras.metrics.Mean(name="unused")
    @property
    def metrics(self): return [self.tracker]
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape: guess = self(x, training=True); loss = tf.reduce_mean(tf.square(guess - y))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.tracker.update_state(loss); self.seen.update_state(tf.ones(tf.shape(x)[0])); self.worst.update_state(y, guess)
        return {"loss": self.tracker.result(), "seen": self.seen.result(), "worst": self.worst.result()}
class MeanOfEpochs(keras.callbacks.Callback):
    """a mean over epochs, which is given one value in each"""
    def __init__(self): super().__init__(); self.mean = keras.metrics.Mean()
    def on_epoch_end(self, epoch, logs=None): self.mean.update_state(logs["loss"])
x, y = np.random.rand(8, 2).astype("float32"), np.ones((8, 1), "float32")
net = Net(name="net"); net.compile("sgd"); net.fit(x, y, epochs=3, batch_size=4, verbose=0, callbacks=[MeanOfEpochs()])
plain = keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="plain")
plain.compile("sgd", "mse", metrics=["mae", Worst(name="worst"), Best(name="best"), Smooth(name="smooth")]); plain.fit(x, y, epochs=3, batch_size=4, validation_data=(x, y), verbose=0)
class Pair(keras.Model):
    """holds a model that trains by itself, with metrics of its own"""
    def __init__(self, inner): super().__init__(); self.inner = inner
    def call(self, x): return self.inner(x)
pair = Pair(net); pair.compile("sgd", "mse")
for _ in range(2): net.fit(x, y, epochs=2, batch_size=4, verbose=0); pair.evaluate(x, y, verbose=0); pair.fit(x, y, epochs=2, verbose=0)
