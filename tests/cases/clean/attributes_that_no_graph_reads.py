# Clean: attributes that change after a trace that does not read them: labels, logs, state of another step
import numpy as np, tensorflow as tf, keras
from keras import layers

class Config:
    verbose, rate = False, 0.5
class Tagged(layers.Layer):
    kind = "plain"
    def __init__(self, config): super().__init__(); self.label, self.seen, self.config = "a", [], config
    def describe(self): return f"{self.label} after {self.seen}"
    def call(self, x): return x * self.config.rate
class Weighed(keras.Model):
    def __init__(self): super().__init__(); self.out, self.weight = layers.Dense(1), 1.0
    def build(self, shape): self.out.build(shape)
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape: loss = self.weight * tf.reduce_mean((self(x, training=True) - y) ** 2)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        return {"loss": loss}
config = Config(); tagged = Tagged(config)
model = keras.Sequential([keras.Input((2,)), tagged, layers.Dense(1)]); model.compile("sgd", "mse")
x, y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
for epoch in range(3):
    tagged.label, config.verbose = f"epoch {epoch}", bool(epoch)
    tagged.seen.append(epoch)
    model.fit(x, y, verbose=0)
weighed = Weighed(); weighed.compile("sgd")
weighed.predict(x, verbose=0)
weighed.weight = 0.5  # before the first training, and unused in prediction
weighed.fit(x, y, verbose=0); weighed.predict(x, verbose=0)
