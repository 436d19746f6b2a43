# Random numbers that are drawn once on purpose, and caches before the augmentation.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

flip = layers.RandomFlip("horizontal", name="flip")
crop = layers.RandomCrop(8, 8, name="crop")
rng = np.random.default_rng(6)
photos = rng.uniform(size=(32, 8, 8, 3)).astype("float32")
kinds = rng.integers(0, 2, size=(32, 1)).astype("float32")
source = tf.data.Dataset.from_tensor_slices((photos, kinds)).batch(8)

# Noise that data is made up with; a part that is chosen at random; a crop that is not random here.
noisy = source.map(lambda image, kind: (image + tf.random.normal(tf.shape(image)), kind))
noisy = noisy.filter(lambda image, kind: tf.random.uniform(()) < 0.9)
noisy = noisy.map(lambda image, kind: (crop(image, training=False), kind)).cache()
# What is validated with is augmented once, to compare the epochs; what is trained with, in each of them.
held_out = source.map(lambda image, kind: (flip(image, training=True), kind)).cache()
train = noisy.map(lambda image, kind: (flip(image, training=True), kind)).prefetch(1)

model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(train, epochs=3, validation_data=held_out, verbose=0)
model.fit(held_out, epochs=1, verbose=0)
for _ in range(2):
    for image, kind in held_out:
        model(image)
