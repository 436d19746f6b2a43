# Freezing and unfreezing a ranker for alternating phases thaws its pretrained item vectors.
# After https://github.com/keras-team/keras/pull/7145
import numpy as np
import keras
from keras import layers

vectors = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
items = layers.Embedding(12, 4, embeddings_initializer=keras.initializers.Constant(vectors), trainable=False, name="items")
ranker = keras.Sequential([keras.Input((3,), dtype="int32"), items, layers.Flatten(), layers.Dense(1)], name="ranker")
ids, scores = np.arange(24).reshape(8, 3) % 12, np.ones((8, 1))

ranker.trainable = False
frozen = ranker.predict(ids, verbose=0)
ranker.trainable = True  # finds: LT541 items
ranker.compile("adam", "mse")
ranker.fit(ids, scores, verbose=0)
print("vectors as given:", np.array_equal(items.get_weights()[0], vectors))
