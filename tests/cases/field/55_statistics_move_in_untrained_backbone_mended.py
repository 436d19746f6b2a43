# SOURCE: https://github.com/keras-team/keras/issues/6570
# MENDED: twin of 55_statistics_move_in_untrained_backbone.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Transfer(keras.Model):
    def __init__(self, backbone, **kwargs):
        super().__init__(**kwargs)
        self.backbone = backbone
        self.head = layers.Dense(1, name="head")

    def call(self, x, training=False):
        return self.head(self.backbone(x, training=False))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(x, y, self(x, training=True))
        variables = self.head.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return {"loss": loss}


backbone = keras.Sequential([keras.Input((6,)), layers.Dense(5, name="features"), layers.BatchNormalization(name="norm")],
                            name="backbone")
rng = np.random.default_rng(0)
x = (rng.normal(size=(64, 6)) * 3 + 2).astype("float32")
before = backbone.predict(x, verbose=0)
transfer = Transfer(backbone, name="transfer")
transfer.compile("adam", "mse")
transfer.fit(x, x[:, :1], epochs=3, verbose=0)
print("features of the backbone changed by", float(np.abs(backbone.predict(x, verbose=0) - before).max()))
