# Clean: metrics that the property leaves out are reset at the beginning of each epoch, or by a class of one's own
import numpy as np, tensorflow as tf, keras
from keras import layers

class Net(keras.Model):
    def __init__(self, **kwargs): super().__init__(**kwargs); self.out = layers.Dense(1); self.tracker, self.extra, self.hits = keras.metrics.Mean(name="loss"), keras.metrics.Mean(name="extra"), keras.metrics.TruePositives(name="hits")
    @property
    def metrics(self): return [self.tracker]
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape: guess = self(x, training=True); loss = tf.reduce_mean(tf.square(guess - y))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.tracker.update_state(loss); self.extra.update_state(guess); self.hits.update_state(y, tf.sigmoid(guess))
        return {"loss": self.tracker.result(), "extra": self.extra.result()}
class Fresh(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        for metric in (self.model.extra, self.model.hits): metric.reset_state()
x, y = np.random.rand(8, 2).astype("float32"), np.ones((8, 1), "float32")
net = Net(name="net"); net.compile(keras.optimizers.SGD(0.5)); net.fit(x, y, epochs=4, batch_size=2, verbose=0, callbacks=[Fresh()]); net.fit(x, y, epochs=2, batch_size=1, verbose=0, callbacks=[Fresh()])
