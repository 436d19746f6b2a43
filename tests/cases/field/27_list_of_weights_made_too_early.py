# SOURCE: https://github.com/keras-team/keras/issues/3268
# SYMPTOM: the embedding was frozen before the loop began and moves all the same
# CULPRIT: words
# LINE: 24
# FIX: take model.trainable_variables after the freezing (in the step)
# OUTCOME: silent
# IDEAL: words (Embedding) has trainable=False, and its weight was updated by the optimizer in 6 steps: the list of variables was made before it was frozen.
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
