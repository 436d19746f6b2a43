# LT405 in another program: values that a train_step and a loss ask for
import numpy as np, tensorflow as tf, keras
from keras import layers

class Logged(keras.Model):
    def __init__(self): super().__init__(name="logged"); self.out, self.seen = layers.Dense(1), []
    def build(self, shape): self.out.build(shape)
    def call(self, x): return self.out(x)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape: loss = self.compute_loss(x, y, self(x, training=True))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        if int(self.optimizer.iterations) % 10 == 0:  # finds: LT405 logged
            print("ten more")
        return {"loss": loss}
def shown(truth, guess):
    error = keras.ops.mean((truth - guess) ** 2)
    print("error", error.numpy())  # finds: LT405 -
    return error
x, y = np.ones((4, 2)), np.ones((4, 1))
for model, loss in ((Logged(), "mse"), (keras.Sequential([keras.Input((2,)), layers.Dense(1)]), shown)):
    model.compile("sgd", loss)
    try: model.fit(x, y, verbose=0)
    except (TypeError, AttributeError, NotImplementedError) as error: print(type(error).__name__)
