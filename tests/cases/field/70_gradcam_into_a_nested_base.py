# SOURCE: https://github.com/tensorflow/tensorflow/issues/59652
# SYMPTOM: Grad-CAM on a classifier that holds a base model: the model from classifier.inputs to the base's last convolution cannot be made
# CULPRIT: last_conv
# LINE: 29
# FIX: start from the base's own inputs (base.inputs), and run the rest of the classifier by itself
# OUTCOME: raises ValueError
# IDEAL: last_conv's output belongs to the graph of base, which starts at base.inputs, not at classifier.inputs: use keras.Model(base.inputs, ...).
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
    features = keras.Model(classifier.inputs, [convolution, classifier.output])
    with tf.GradientTape() as tape:
        maps, answer = features(image)
        best = tf.reduce_max(answer, axis=-1)
    weights = tf.reduce_mean(tape.gradient(best, maps), axis=(1, 2))
    return tf.einsum("bhwc,bc->bhw", maps, weights)


print("heat map", grad_cam(x[:1]).shape)
