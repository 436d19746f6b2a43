# SOURCE: https://github.com/tensorflow/tensorflow/issues/59652
# MENDED: twin of 70_gradcam_into_a_nested_base.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
base_inputs = keras.Input((8, 8, 1), name="image")
h = layers.Conv2D(3, 3, activation="relu", name="first_conv")(base_inputs)
h = layers.Conv2D(4, 3, activation="relu", name="last_conv")(h)
base = keras.Model(base_inputs, h, name="base")
inputs = keras.Input((8, 8, 1), name="picture")
pool, head = layers.GlobalAveragePooling2D(name="pool"), layers.Dense(3, activation="softmax", name="head")
classifier = keras.Model(inputs, head(pool(base(inputs))), name="classifier")
rng = np.random.default_rng(0)
x = rng.normal(size=(16, 8, 8, 1)).astype("float32")
classifier.compile("adam", "sparse_categorical_crossentropy")
classifier.fit(x, rng.integers(0, 3, 16), verbose=0)


def grad_cam(image):
    convolution = base.get_layer("last_conv").output
    features = keras.Model(base.inputs, convolution)
    with tf.GradientTape() as tape:
        maps = features(image)
        tape.watch(maps)
        best = tf.reduce_max(head(pool(maps)), axis=-1)
    weights = tf.reduce_mean(tape.gradient(best, maps), axis=(1, 2))
    return tf.einsum("bhwc,bc->bhw", maps, weights)


print("heat map", grad_cam(x[:1]).shape)
