# Generators of images that predict in the order of their labels, or whose labels are only counted
import numpy as np, tensorflow as tf, keras
from keras import layers

x, y = np.random.default_rng(0).uniform(size=(32, 4, 4, 3)).astype("float32"), np.arange(32) % 2
images = tf.keras.preprocessing.image.ImageDataGenerator()
model = keras.Sequential([keras.Input((4, 4, 3)), layers.Flatten(), layers.Dense(1)])
model.compile("sgd", "mse")

training, tests, mixed = images.flow(x, y), images.flow(x, y, shuffle=False), images.flow(x, y, batch_size=32)
weights = dict(enumerate(len(training.y) / np.bincount(training.y)))
model.fit(training, class_weight=weights, verbose=0)
print("seen:", model.predict(training, verbose=0).mean(), "of", len(training.y))
print("error:", np.mean((model.predict(tests, verbose=0)[:, 0] - tests.y) ** 2))
mixed[0]  # which shuffles
order = mixed.index_array.copy()
predicted = model.predict(mixed, verbose=0)[:, 0]
print("the same:", np.allclose(predicted, model.predict(x, verbose=0)[order, 0], atol=1e-5))
print("error:", np.mean((predicted - mixed.y[order]) ** 2))
