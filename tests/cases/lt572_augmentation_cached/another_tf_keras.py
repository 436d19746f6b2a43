# The same in tf_keras, repeated by repeat().
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, tf_keras as keras
from tf_keras import layers

crop = layers.RandomCrop(6, 6, name="crop")
rng = np.random.default_rng(6)
photos, kinds = rng.uniform(size=(48, 8, 8, 3)).astype("float32"), rng.integers(0, 2, size=48)
train = tf.data.Dataset.from_tensor_slices((photos, kinds)).batch(16)
train = train.map(lambda image, kind: (crop(image, training=True), kind)).cache().repeat()  # finds: LT572 crop
model = keras.Sequential([keras.Input((6, 6, 3)), layers.Flatten(), layers.Dense(2, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(train, epochs=2, steps_per_epoch=3, verbose=0)
