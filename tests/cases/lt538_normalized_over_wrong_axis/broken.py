# The axis of channels first, where they come last: https://github.com/DCASE-REPO/dcase2018_baseline/issues/18
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

sound = keras.Input((12, 10, 1))
h = layers.Conv2D(6, 3, padding="same")(sound)
h = layers.BatchNormalization(axis=1, name="norm")(h)  # finds: LT538 norm
model = keras.Model(sound, layers.Dense(3)(layers.GlobalAveragePooling2D()(layers.ReLU()(h))))
model.compile("adam", "mse")
model.fit(np.random.rand(8, 12, 10, 1), np.random.rand(8, 3), verbose=0)
print("statistics:", model.get_layer("norm").moving_mean.shape[0])
