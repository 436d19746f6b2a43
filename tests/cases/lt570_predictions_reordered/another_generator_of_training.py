# LT570 in another program: the accuracy of a shuffling generator that the model was trained with, in one expression
import numpy as np, tensorflow as tf, keras
from keras import layers

keras.utils.set_random_seed(0)
y = np.array([0] * 40 + [1] * 40)
x = np.random.default_rng(0).random((80, 4, 4, 1)).astype("float32") + y[:, None, None, None]
digits = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(1, activation="sigmoid")], name="digits")
digits.compile(keras.optimizers.Adam(0.1), "binary_crossentropy")
train = tf.keras.preprocessing.image.ImageDataGenerator().flow(x, y, batch_size=16)
digits.fit(train, epochs=10, verbose=0)
print("it is right:", ((digits.predict(train, verbose=0)[:, 0] > 0.5) == train.y).mean() > 0.9)  # finds: LT570 digits
