# compile wraps the optimizer under mixed_float16, and the train_step does not know.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.mixed_precision.set_global_policy("mixed_float16")

class Net(keras.Model):
    def __init__(self):
        super().__init__(name="net")
        self.hidden, self.out = layers.Dense(8, "relu"), layers.Dense(1, dtype="float32")

    def call(self, inputs):
        return self.out(self.hidden(inputs))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)  # finds: LT530
        return {"loss": loss}

net = Net()
net.compile(keras.optimizers.SGD(0.05), "mse")
x = np.random.default_rng(2).normal(size=(64, 4)).astype("float32")
net.fit(x, x.sum(axis=1, keepdims=True), epochs=2, verbose=0)
