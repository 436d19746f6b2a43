# SOURCE: https://github.com/tensorflow/tensorflow/issues/29478
# MENDED: twin of 10_training_true_wired_in.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(0)


class Ripeness(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.trunk = keras.Sequential([layers.Conv2D(4, 3, use_bias=False, name="conv"),
                                       layers.BatchNormalization(name="norm"), layers.ReLU(),
                                       layers.GlobalAveragePooling2D(name="pool")], name="trunk")
        self.ripe = layers.Dense(1, activation="sigmoid", name="ripe")

    def call(self, pictures, training=None):
        features = self.trunk(pictures, training=training)
        return self.ripe(features)


rng = np.random.default_rng(0)
pictures = rng.uniform(size=(24, 8, 8, 1)).astype("float32")
pictures[::2] *= 5.0
labels = np.tile([[1.0], [0.0]], (12, 1))
model = Ripeness(name="ripeness")
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy")
model.fit(pictures, labels, epochs=2, batch_size=8, verbose=0)
among = model.predict(pictures, verbose=0)[0, 0]
alone = model.predict(pictures[:1], verbose=0)[0, 0]
print("among others %.4f, alone %.4f, difference %.4f" % (among, alone, abs(among - alone)))
