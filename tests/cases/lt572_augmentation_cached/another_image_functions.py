# Functions of tf.image in a function that is mapped; the cache is another statement.
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

def augment(image, kind):
    image = tf.image.random_brightness(image, 0.2)  # finds: LT572
    return tf.image.random_flip_left_right(image), kind

rng = np.random.default_rng(6)
photos, kinds = rng.uniform(size=(48, 8, 8, 3)).astype("float32"), rng.integers(0, 2, size=48)
train = tf.data.Dataset.from_tensor_slices((photos, kinds))
train = train.map(augment, num_parallel_calls=2)
train = train.cache()
train = train.shuffle(48).batch(16)
model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(2, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
for _ in range(2):
    model.fit(train, epochs=1, verbose=0)
