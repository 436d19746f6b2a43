# LT521 in another program: the metrics are in an object that is not a layer, where Keras does not find them
import numpy as np, tensorflow as tf, keras
from keras import layers

class Meters:
    def __init__(self): self.error = keras.metrics.MeanAbsoluteError(name="error"); self.size = keras.metrics.Mean(name="size")  # finds: LT521 forecast
class Forecast(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.out, self.meters = layers.Dense(1), Meters()
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            guess = self(x, training=True)
            loss = self.compute_loss(x, y, guess)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.meters.error.update_state(y, guess)
        self.meters.size.update_state(guess)
        return {"loss": loss, "error": self.meters.error.result(), "size": self.meters.size.result()}
forecast = Forecast(name="forecast")
forecast.compile("sgd", "mse")
forecast.fit(np.ones((8, 2)), np.zeros((8, 1)), batch_size=4, epochs=2, verbose=0)
