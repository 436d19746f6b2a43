# LT510 in another program: a method applies the optimizer, when a flag allows it that was set too late
import numpy as np, tensorflow as tf, keras
from keras import layers

class Warm(keras.Model):
    def __init__(self, **kwargs): super().__init__(**kwargs); self.out, self.warm = layers.Dense(1), False
    def build(self, shape): self.out.build((None, 3))
    def call(self, x): return self.out(x)
    def learn(self, gradients):
        if self.warm:  # finds: LT510 warm
            self.optimizer.apply(gradients, self.trainable_variables)
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape: loss = self.compute_loss(x, y, self(x, training=True))
        self.learn(tape.gradient(loss, self.trainable_variables))
        return {"loss": loss}
model = Warm(name="warm"); model.compile("sgd", "mse"); model.fit(np.ones((8, 3)), np.ones((8, 1)), epochs=2, verbose=0)
