# LT623 in another program, with tf_keras: a function creates both models, and Keras counts their layers
import numpy as np, tf_keras
from tf_keras import layers

def backbone(inputs):
    x = layers.Conv2D(4, 3, activation="relu")(inputs)
    return layers.GlobalAveragePooling2D()(layers.Conv2D(8, 3, activation="relu")(x))
def classifier(classes, name):
    image = tf_keras.Input((8, 8, 1))
    return tf_keras.Model(image, layers.Dense(classes)(backbone(image)), name=name)
digits = classifier(10, "digits")
digits.save_weights("digits.h5")
letters = classifier(26, "letters")
letters.load_weights("digits.h5", by_name=True)  # finds: LT623 letters
letters.compile("adam", tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True))
letters.fit(np.random.rand(8, 8, 8, 1), np.arange(8), verbose=0)
