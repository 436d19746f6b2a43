# LT501 in another program: a train_step without training=True, and a part of its model is frozen later, for transfer
import numpy as np, tensorflow as tf, keras
from keras import layers

inputs = keras.Input((4,))
features = layers.Dropout(0.2, name="drop")(layers.BatchNormalization(name="norm")(layers.Dense(4)(inputs)))
encoder = keras.Model(inputs, features)

class Pretrained(keras.Model):
    def __init__(self): super().__init__(); self.encoder = encoder
    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self.encoder(data) - data) ** 2)  # finds: LT501 norm, LT501 drop
        weights = self.encoder.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return {"loss": loss}

data = np.random.default_rng(0).normal(5, 1, (64, 4)).astype("float32")
pretrained = Pretrained(); pretrained.compile("sgd"); pretrained.fit(data, verbose=0)
encoder.trainable = False
linear = keras.Sequential([encoder, layers.Dense(1)]); linear.compile("sgd", "mse"); linear.fit(data, data[:, :1], verbose=0)
