# Clean: labels of a shuffling generator are counted, averaged and drawn, beside what a model predicts for it
import numpy as np, tensorflow as tf, keras
from keras import layers


def draw(values):
    print("drawn:", np.histogram(values)[0])


x, y = np.random.default_rng(0).random((8, 4, 4, 1)).astype("float32"), np.array([0, 1] * 4)
model = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
train = tf.keras.preprocessing.image.ImageDataGenerator().flow(x, y, batch_size=4)
share = np.mean(train.y)
draw(train.y)
model.fit(train, verbose=0)
scores = model.predict(train, verbose=0)
print("labels:", train.y, "scores:", scores.mean(), "too many by", scores.mean() - share)
draw(scores)
