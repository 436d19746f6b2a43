# Clean: statistics for each frequency of the data, for each step of a recurrent layer, and for channels that come first
import numpy as np, keras
from keras import layers

sound = keras.Input((12, 10, 1))
h = layers.BatchNormalization(axis=2, name="each_frequency")(sound)
h = layers.Conv2D(6, 3, padding="same")(h)
h = layers.BatchNormalization(axis=3, name="channels_last")(h)
h = layers.Conv2D(10, 3, padding="same")(h)
h = layers.LayerNormalization(axis=[1, 2, 3])(h)
h = layers.Reshape((12, 100))(h)
h = layers.BatchNormalization(axis=1, name="each_step")(layers.LSTM(5, return_sequences=True)(h))
first = layers.Conv1D(7, 3, data_format="channels_first", padding="same", name="first")(layers.Permute((2, 1))(h))
first = layers.BatchNormalization(axis=1, name="channels_first")(first)
model = keras.Model(sound, layers.Flatten()(first))
print(model.output_shape)
other = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(8, 3, padding="same"), layers.BatchNormalization(axis=-1), layers.Flatten(), layers.Dense(1)])
other.compile("sgd", "mse"); other.fit(np.random.rand(4, 8, 8, 1), np.zeros((4, 1)), verbose=0)
