# Checkpoints that are read completely, in part with a new head, before the weights exist, into a model as the
# root, from an empty folder (once before a training, once after a file was loaded, once around a part that has its
# weights, once without weights), and one that does not match and is followed by one that does.
import os
import tempfile
import numpy as np
import tensorflow as tf
import keras
from keras import layers

folder = tempfile.mkdtemp()
x = np.ones((2, 3), "float32")


def network(**kwargs):
    return keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(1)], **kwargs)


class Late(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = layers.Dense(1)

    def call(self, x):
        return self.out(x)


old = network()
saved = tf.train.Checkpoint(model=old, optimizer=keras.optimizers.Adam()).write(os.path.join(folder, "a"))
same = network()
tf.train.Checkpoint(model=same).read(saved).expect_partial()
tf.train.Checkpoint(model=network(), ema=network()).read(saved).expect_partial()

root = tf.train.Checkpoint(old).write(os.path.join(folder, "b"))
tf.train.Checkpoint(network()).read(root).assert_existing_objects_matched()

late = Late()
late(x)
written = tf.train.Checkpoint(net=late).write(os.path.join(folder, "c"))
later = Late()
tf.train.Checkpoint(net=later).read(written)
later(x)

checkpoint = tf.train.Checkpoint(model=old)
manager = tf.train.CheckpointManager(checkpoint, os.path.join(folder, "new"), max_to_keep=2)
checkpoint.restore(manager.latest_checkpoint)
manager.save()
checkpoint.restore(manager.latest_checkpoint).assert_consumed()

either = network()
for name in ("net", "model"):
    tf.train.Checkpoint(**{name: either}).read(saved).expect_partial()
print(np.allclose(either(x), old(x)))

resumed = network()
tf.train.Checkpoint(net=resumed).restore(tf.train.latest_checkpoint(os.path.join(folder, "none")))
resumed.compile("sgd", "mse")
resumed.fit(x, np.ones((2, 1)), verbose=0)
resumed.predict(x, verbose=0)

copied = network()
tf.train.Checkpoint(net=copied).restore(tf.train.latest_checkpoint(os.path.join(folder, "none")))
copied.set_weights(old.get_weights())
copied.predict(x, verbose=0)

old.save(os.path.join(folder, "old.keras"))
loaded = keras.models.load_model(os.path.join(folder, "old.keras"))
tf.train.Checkpoint(net=loaded).restore(tf.train.latest_checkpoint(os.path.join(folder, "none")))
loaded.predict(x, verbose=0)

old.save_weights(os.path.join(folder, "old.weights.h5"))
pretrained = network()
pretrained.load_weights(os.path.join(folder, "old.weights.h5"))
around = keras.Sequential([pretrained, layers.ReLU()])
tf.train.Checkpoint(net=around).restore(tf.train.latest_checkpoint(os.path.join(folder, "none")))
around.predict(x, verbose=0)

scale = keras.Sequential([layers.Rescaling(0.5)])
tf.train.Checkpoint(net=scale).restore(tf.train.latest_checkpoint(os.path.join(folder, "none")))
scale.predict(x, verbose=0)
