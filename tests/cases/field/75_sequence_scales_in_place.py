# SOURCE: https://github.com/keras-team/keras/issues/9707
# SYMPTOM: a PyDataset that scales its batch; the loss of the first epoch is sensible, later epochs get images that are almost black
# CULPRIT: Pictures
# LINE: 26
# FIX: batch = self.images[part] / 255.0 (a new array) in place of batch /= 255.0
# OUTCOME: silent
# IDEAL: Pictures.__getitem__ changes the array it takes its batches from: batch 0 of epoch 2 is 255 times smaller than that of epoch 1.
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Pictures(keras.utils.PyDataset):
    def __init__(self, images, labels, size, **kwargs):
        super().__init__(**kwargs)
        self.images, self.labels, self.size = images, labels, size

    def __len__(self):
        return len(self.images) // self.size

    def __getitem__(self, index):
        part = slice(index * self.size, (index + 1) * self.size)
        batch = self.images[part]
        batch /= 255.0
        return batch, self.labels[part]


class Brightness(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.last = self.add_weight(shape=(), initializer="zeros", trainable=False, name="last")

    def call(self, x):
        self.last.assign(keras.ops.max(x))
        return x


class Note(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.brightest = []

    def on_epoch_end(self, epoch, logs=None):
        self.brightest.append(float(self.model.get_layer("brightness").last))


rng = np.random.default_rng(0)
pictures = Pictures(rng.uniform(0, 255, size=(32, 4, 4, 1)).astype("float32"), rng.integers(0, 2, 32), 8)
model = keras.Sequential([keras.Input((4, 4, 1)), Brightness(name="brightness"), layers.Flatten(), layers.Dense(2, activation="softmax", name="out")])
model.compile("adam", "sparse_categorical_crossentropy")
note = Note()
model.fit(pictures, epochs=3, shuffle=False, verbose=0, callbacks=[note])
print("brightest pixel per epoch:", [round(b, 6) for b in note.brightest])
