# Another program with LT604
import numpy as np, keras
from keras import layers

base = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="base")
base.trainable = False
model = keras.Sequential([base, layers.Dense(1)])
optimizer = keras.optimizers.SGD(momentum=0.9)
x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")
model.compile(optimizer=optimizer, loss="mse")
model.fit(x, y, verbose=0)
base.trainable = True
model.compile(optimizer=optimizer, loss="mse")
model.fit(x, y, verbose=0)  # finds: LT604 -
