# SOURCE: https://github.com/keras-team/keras/issues/3268
# MENDED: twin of 27_list_of_weights_made_too_early.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Trainer:
    def __init__(self, model, rate=0.05):
        self.model = model
        self.optimizer = keras.optimizers.Adam(rate)
        self.loss = keras.losses.BinaryCrossentropy()
        self.variables = model.trainable_variables

    def freeze(self, name):
        self.model.get_layer(name).trainable = False
        self.variables = self.model.trainable_variables

    def step(self, ids, y):
        with tf.GradientTape() as tape:
            loss = self.loss(y, self.model(ids, training=True))
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.variables), self.variables))
        return float(loss)


model = keras.Sequential([keras.Input((5,), dtype="int32"), layers.Embedding(30, 4, name="words"),
                          layers.GlobalAveragePooling1D(), layers.Dense(1, activation="sigmoid", name="tone")], name="tone_model")
trainer = Trainer(model)
trainer.freeze("words")
table = model.get_layer("words").get_weights()[0].copy()
rng = np.random.default_rng(0)
for _ in range(6):
    loss = trainer.step(rng.integers(0, 30, size=(16, 5)), rng.integers(0, 2, size=(16, 1)))
print("the frozen table moved by", round(float(np.abs(model.get_layer("words").get_weights()[0] - table).max()), 4))
