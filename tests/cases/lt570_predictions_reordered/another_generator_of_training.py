# LT570 in another program: the accuracy of a shuffling generator that the model was trained with, in one expression
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.random.default_rng(0).random((8, 4, 4, 1)).astype("float32"), np.array([0] * 4 + [1] * 4)
digits = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(1, activation="sigmoid")], name="digits")
digits.compile("sgd", "binary_crossentropy")
train = tf.keras.preprocessing.image.ImageDataGenerator().flow(x, y, batch_size=4)
digits.fit(train, verbose=0)
print("accuracy", ((digits.predict(train, verbose=0)[:, 0] > 0.5) == train.y).mean())  # finds: LT570 digits
