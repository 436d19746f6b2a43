# SOURCE: https://github.com/tensorflow/tensorflow/issues/36596
# SYMPTOM: saliency map: the gradient of the class score with respect to the image is None
# CULPRIT: image
# LINE: 26
# FIX: tape.watch(image) before the model is called
# OUTCOME: raises ValueError
# IDEAL: tape.gradient is None for image: it is a constant that the tape does not watch; call tape.watch(image).
import numpy as np
import tensorflow as tf
import keras
from keras import layers

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
x = rng.normal(size=(16, 8, 8, 1)).astype("float32")
classifier = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(4, 3, activation="relu", name="conv"), layers.Flatten(),
                               layers.Dense(3, name="scores")], name="classifier")
classifier.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
classifier.fit(x, rng.integers(0, 3, 16), verbose=0)


def saliency(model, picture):
    image = tf.constant(picture[None])
    with tf.GradientTape() as tape:
        score = tf.reduce_max(model(image), axis=-1)
    slope = tape.gradient(score, image)
    return tf.reduce_max(tf.abs(slope), axis=-1)[0]


print("saliency map", saliency(classifier, x[0]).shape)
