# The same flips in each epoch: https://github.com/tensorflow/tensorflow/issues/47755
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(6)
flip = layers.RandomFlip("horizontal", name="flip")
rng = np.random.default_rng(6)
photos = rng.uniform(size=(48, 8, 8, 3)).astype("float32")
kinds = rng.integers(0, 2, size=(48, 1)).astype("float32")
train = (
    tf.data.Dataset.from_tensor_slices((photos, kinds))
    .batch(16)
    .map(lambda image, kind: (flip(image, training=True), kind))  # finds: LT572 flip
    .cache()
    .prefetch(1)
)
model = keras.Sequential([keras.Input((8, 8, 3)), layers.GlobalMaxPooling2D(), layers.Dense(1, "sigmoid")], name="photos")
model.compile("adam", "binary_crossentropy")
model.fit(train, epochs=2, verbose=0)
print("same pictures:", all(np.array_equal(a, b) for (a, _), (b, _) in zip(train, train)))
