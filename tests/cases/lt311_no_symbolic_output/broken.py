# A Sequential that was trained on data is asked for its output (tensorflow#72915)
import keras
import numpy as np
from keras import layers

classifier = keras.Sequential([layers.Dense(4, name="hidden"), layers.Dense(3)], name="classifier")
classifier.compile("adam", "mse")
classifier.fit(np.ones((8, 2)), np.ones((8, 3)), verbose=0)
both = keras.Model(classifier.layers[0].input, [classifier.get_layer("hidden").output, classifier.output])  # finds: LT311 classifier
print("outputs:", len(both(np.ones((1, 2), "float32"))))
