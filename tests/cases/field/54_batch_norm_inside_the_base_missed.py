# SOURCE: https://github.com/keras-team/keras/issues/7085
# SYMPTOM: all BatchNormalization layers are set trainable=False in a loop over model.layers, and moving means still change in fit
# CULPRIT: norm
# LINE: 23
# FIX: go down into nested models: if isinstance(layer, keras.Model): freeze_batch_norm(layer)
# OUTCOME: silent
# IDEAL: norm sits inside base, which is one of classifier.layers: the loop over classifier.layers does not reach it, so it is still trainable and its statistics move.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(5)
rng = np.random.default_rng(0)
x, y = rng.normal(3.0, 2.0, size=(48, 8)).astype("float32"), rng.integers(0, 3, 48)

base = keras.Sequential([keras.Input((8,)), layers.Dense(8, name="features"), layers.BatchNormalization(name="norm"),
                         layers.Activation("relu")], name="base")
classifier = keras.Sequential([keras.Input((8,)), base, layers.Dense(8, name="hidden"), layers.BatchNormalization(name="top_norm"),
                               layers.Dense(3, activation="softmax", name="head")], name="classifier")


def freeze_batch_norm(model):
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False


freeze_batch_norm(classifier)
classifier.compile("adam", "sparse_categorical_crossentropy")
norms = {"norm": base.get_layer("norm"), "top_norm": classifier.get_layer("top_norm")}
before = {name: [w.copy() for w in norm.get_weights()] for name, norm in norms.items()}
classifier.fit(x, y, epochs=2, verbose=0)
for name, norm in norms.items():
    print(name, "as it was:", all(np.array_equal(a, b) for a, b in zip(before[name], norm.get_weights())))
