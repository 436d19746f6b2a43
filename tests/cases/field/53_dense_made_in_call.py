# SOURCE: https://github.com/tensorflow/tensorflow/issues/48878
# SYMPTOM: the patch encoder makes its projection where it uses it; in fit: tf.function only supports singleton tf.Variables created on the first call
# CULPRIT: patch_encoder
# LINE: 23
# FIX: make the Dense in __init__ (or build) and only call it in call
# OUTCOME: raises ValueError
# IDEAL: patch_encoder makes a Dense in call: each call makes new weights, which tf.function forbids; make it in __init__ and call it in call.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(2)


class PatchEncoder(layers.Layer):
    def __init__(self, patches, width, **kwargs):
        super().__init__(**kwargs)
        self.patches, self.width = patches, width
        self.positions = layers.Embedding(patches, width, name="positions")

    def call(self, x):
        where = self.positions(keras.ops.arange(self.patches))
        return layers.Dense(self.width, name="project")(x) + where


class Vit(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.encoder = PatchEncoder(4, 6, name="patch_encoder")
        self.pool = layers.GlobalAveragePooling1D()
        self.head = layers.Dense(2, name="head")

    def call(self, x):
        return self.head(self.pool(self.encoder(x)))


rng = np.random.default_rng(0)
x, y = rng.normal(size=(32, 4, 9)).astype("float32"), rng.integers(0, 2, 32)
vit = Vit(name="vit")
vit.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
vit.fit(x, y, epochs=2, verbose=0)
print("parameters:", vit.count_params())
print("same answer twice:", np.allclose(vit(x), vit(x)))
