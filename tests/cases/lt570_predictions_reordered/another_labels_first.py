# LT570 in another program, with tf_keras: the labels are collected first, by mapping the dataset
import numpy as np, tensorflow as tf, tf_keras
from tf_keras import layers

images = np.random.rand(24, 4, 4, 1).astype("float32")
test = tf.data.Dataset.from_tensor_slices((images, np.arange(24) % 3)).shuffle(24).batch(8).prefetch(1)
letters = tf_keras.Sequential([layers.Flatten(), layers.Dense(3, activation="softmax")], name="letters")
letters.compile("adam", "sparse_categorical_crossentropy")
letters.fit(test, verbose=0)
truth = list(test.map(lambda image, label: label).unbatch().as_numpy_iterator())  # finds: LT570 letters
guesses = letters.predict(test, verbose=0).argmax(axis=1)
print(np.mean(guesses == np.array(truth)))
