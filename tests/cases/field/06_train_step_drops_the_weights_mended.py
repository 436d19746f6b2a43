# SOURCE: https://github.com/tensorflow/tensorflow/issues/43902
# MENDED: twin of 06_train_step_drops_the_weights.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers


class FraudNet(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = layers.Dense(8, activation="relu")
        self.out = layers.Dense(1, activation="sigmoid")

    def call(self, x):
        return self.out(self.inner(x))

    def train_step(self, data):
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            p = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=p, sample_weight=sample_weight)
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(grads, self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, p)
        return {m.name: m.result() for m in self.metrics}


rng = np.random.default_rng(0)
x = rng.normal(size=(128, 3)).astype("float32")
y = (rng.uniform(size=(128, 1)) < 0.1).astype("float32")


def trained(weights):
    keras.utils.set_random_seed(7)
    fraud = FraudNet(name="fraud")
    fraud.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy")
    fraud.fit(x, y, epochs=4, verbose=0, class_weight=weights)
    return fraud.predict(x, verbose=0).mean()


print("mean answer without weights %.3f, with weights %.3f" % (trained(None), trained({0: 1.0, 1: 50.0})))
