import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

inputs = keras.Input((8,))
x = layers.Dense(4, activation="relu")(inputs)
layers.BatchNormalization(name="norm")(x)  # finds: LT315 norm
dropped = layers.Dropout(0.5, name="drop")(x)  # finds: LT315 drop
model = keras.Model(inputs, layers.Dense(1)(x))
model.compile("sgd", "mse")
model.fit(np.ones((4, 8)), np.ones((4, 1)), verbose=0)
