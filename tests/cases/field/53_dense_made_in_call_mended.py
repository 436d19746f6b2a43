# SOURCE: https://github.com/tensorflow/tensorflow/issues/48878
# MENDED: twin of 53_dense_made_in_call.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(2)


class PatchEncoder(layers.Layer):
    def __init__(self, patches, width, **kwargs):
        super().__init__(**kwargs)
        self.patches, self.width = patches, width
        self.positions = layers.Embedding(patches, width, name="positions")
        self.project = layers.Dense(width, name="project")

    def call(self, x):
        where = self.positions(keras.ops.arange(self.patches))
        return self.project(x) + where


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
