# Callbacks whose value is reported and taken the right way, or that need none
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

import tf_keras

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
y = (x[:, :1] > 0).astype("float32")


class Addition(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["val_cost"] = 2 * logs["val_loss"]


for library in (keras, tf_keras):
    callbacks, metrics = library.callbacks, library.metrics
    model = library.Sequential([library.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy", metrics.AUC(name="auc"), "mae"])
    each_epoch = callbacks.ModelCheckpoint("each.weights.h5", save_weights_only=True)
    model.fit(x, y, epochs=2, verbose=0, callbacks=[each_epoch, callbacks.EarlyStopping("loss", patience=1)])
    watching = [
        callbacks.EarlyStopping("val_accuracy", patience=2),
        callbacks.EarlyStopping("val_loss", patience=2, mode="min"),
        callbacks.ModelCheckpoint("best.weights.h5", "val_auc", mode="max", save_best_only=True, save_weights_only=True),
        callbacks.ReduceLROnPlateau("val_mae", mode="min"),
    ]
    model.fit(x, y, validation_data=(x, y), epochs=3, callbacks=watching, verbose=0)

model = keras.Sequential([layers.Dense(1, "sigmoid")])
model.compile("sgd", "binary_crossentropy")
added = [Addition(), keras.callbacks.EarlyStopping("val_cost", mode="min")]
model.fit(x, y, validation_split=0.5, epochs=3, callbacks=added, verbose=0)


class Adversarial(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        self(data[0])
        return {"d_loss": 0.5, "loss": 1.0}


# A warm-up without validation, then a training that validates every other epoch; a value that rises as it gets better
stop = keras.callbacks.EarlyStopping("val_loss", mode="min")
model.fit(x, y, callbacks=[stop], verbose=0)
model.fit(x, y, validation_data=(x, y), validation_freq=2, epochs=2, callbacks=[stop], verbose=0)
model.fit(x, y, validation_data=(x, y), validation_freq=5, epochs=2, callbacks=[stop], verbose=0)
model.fit(x, y, validation_data=(x, y), callbacks=[keras.callbacks.EarlyStopping("val_loss")], verbose=0)
gan = Adversarial()
gan.compile("sgd", "mse")
keep = keras.callbacks.ModelCheckpoint("gan.weights.h5", "d_loss", mode="max", save_best_only=True, save_weights_only=True)
gan.fit(x, y, callbacks=[keep], verbose=0)


# What is called a score may be 1 minus it, or its negative; and a loss may have the name of a score
def overlap(y, p):
    shared = keras.ops.sum(y * p, axis=-1)
    return (shared + 1.0) / (keras.ops.sum(y, axis=-1) + keras.ops.sum(p, axis=-1) - shared + 1.0)


def iou(y, p):
    return 1.0 - overlap(y, p)


def jaccard(y, p):
    return -overlap(y, p)


def dice_loss(y, p):
    return 1.0 - overlap(y, p)


def dice_coef(y, p):
    return overlap(y, p)


model = keras.Sequential([layers.Dense(1, "sigmoid")])
model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=[iou, jaccard, dice_loss, dice_coef])
lower = [keras.callbacks.EarlyStopping(f"val_{name}", mode="min", patience=20) for name in ("iou", "jaccard", "dice_loss")]
higher = keras.callbacks.EarlyStopping("val_dice_coef", mode="max", patience=20)
history = model.fit(x, y, validation_data=(x, y), epochs=8, callbacks=[*lower, higher], verbose=0).history
assert history["val_iou"][-1] < history["val_iou"][0] and history["val_loss"][-1] < history["val_loss"][0]
