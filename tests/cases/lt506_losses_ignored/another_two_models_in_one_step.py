# LT506 in another program: one train_step trains an encoder and a predictor, and the loss of both ignores their regularizers
import numpy as np, tensorflow as tf, keras
from keras import layers

def part(name): return keras.Sequential([keras.Input((4,)), layers.Dense(4, kernel_regularizer="l2", name=name)])

class Pair(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder, self.predictor, self.plain = part("codes"), part("guesses"), layers.Dense(4)
    def build(self, shape): self.plain.build(shape)
    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.plain(self.predictor(self.encoder(data))) ** 2)  # finds: LT506 codes, LT506 guesses
        weights = self.encoder.trainable_variables + self.plain.trainable_variables
        weights += self.predictor.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return {"loss": loss}

pair = Pair(); pair.build((None, 4)); pair.compile("sgd"); pair.fit(np.ones((64, 4), "float32"), verbose=0)
