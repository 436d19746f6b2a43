# Transfer learning: the output of a pretrained model is taken, and an Input of one's own.
import numpy as np
import keras
from keras import layers

numbers = keras.Input((6,), name="numbers")
base = keras.Model(numbers, layers.Dense(4, name="embedding")(numbers), name="base")
features = keras.Input((6,), name="features")
hidden = layers.Dropout(0.2)(base.output)
kind = layers.Dense(2, name="kind")(hidden)
model = keras.Model(inputs=features, outputs=kind)  # finds: LT316 kind
print(model.predict(np.ones((2, 6)), verbose=0).shape)
