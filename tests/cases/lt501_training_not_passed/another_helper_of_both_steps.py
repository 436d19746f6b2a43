# LT501 in another program: a helper computes the loss of the train step and of the test step
import numpy as np, tensorflow as tf, keras
from keras import layers

class Autoencoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.Dropout(0.5, name="drop"), layers.Dense(4)])
    def calculate_loss(self, x):
        rebuilt = self.net(x)  # finds: LT501 drop
        return tf.reduce_mean((x - rebuilt) ** 2)
    def train_step(self, x):
        with tf.GradientTape() as tape: loss = self.calculate_loss(x)
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.net.trainable_weights), self.net.trainable_weights))
        return {"loss": loss}
    def test_step(self, x): return {"loss": self.calculate_loss(x)}
model = Autoencoder()
model.compile("adam")
model.fit(np.ones((8, 4), "float32"), validation_data=np.ones((4, 4), "float32"), batch_size=4, verbose=0)
first, second = (model.evaluate(np.ones((4, 4), "float32"), verbose=0) for _ in range(2))
assert first == second, "it drops while it is measured"
