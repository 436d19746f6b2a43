# SOURCE: https://github.com/keras-team/keras/issues/9940
# SYMPTOM: fine tuning: backbone.trainable = True after the first fit, and the second fit does not move the backbone
# CULPRIT: backbone
# LINE: 34
# FIX: compile again after backbone.trainable = True
# OUTCOME: silent
# IDEAL: backbone was made trainable after the train function had been made: its 4 weights were updated 0 times in the second fit; compile again.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


def pretrained():
    return keras.Sequential([keras.Input((16, 1)), layers.Conv1D(4, 3, activation="relu", name="c1"),
                             layers.Conv1D(4, 3, activation="relu", name="c2"),
                             layers.GlobalMaxPooling1D(name="pool")], name="backbone")


backbone = pretrained()
backbone.trainable = False
inp = keras.Input((16, 1))
model = keras.Model(inp, layers.Dense(1, name="head")(backbone(inp)), name="detector")
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")

rng = np.random.default_rng(0)
x = rng.normal(size=(64, 16, 1)).astype("float32")
y = x.max(axis=1)
model.fit(x, y, epochs=1, verbose=0)

backbone.trainable = True
frozen = backbone.get_weights()[0].copy()
model.fit(x, y, epochs=3, verbose=0)
print("trainable weights", len(model.trainable_weights), "backbone moved by",
      round(float(np.abs(backbone.get_weights()[0] - frozen).max()), 5))
