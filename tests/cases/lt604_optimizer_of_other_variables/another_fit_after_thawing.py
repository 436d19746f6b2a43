# Another program with LT604
import numpy as np, keras
from keras import layers

base = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="base")
base.trainable = False
inputs = keras.Input((4,))
model = keras.Model(inputs, layers.Dense(1)(base(inputs)))
x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")
model.compile(keras.optimizers.Adam(1e-3), loss="mse")
model.fit(x, y, verbose=0)
base.trainable = True
model.fit(x, y, sample_weight=np.ones(8), verbose=0)  # finds: LT604 -
