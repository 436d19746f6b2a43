# LT547 in another program: a copy was created for later before the constraint was set, and has none either
import numpy as np, keras
from keras import layers

x = np.random.rand(16, 3).astype("float32")
online = keras.Sequential([keras.Input((3,)), layers.Dense(4, name="mix"), layers.Dense(2, name="value")], name="online")
target = keras.models.clone_model(online)
online.layers[1].kernel_constraint = keras.constraints.MaxNorm(1.0)  # finds: LT547 value
online.compile("adam", "mse")
online.fit(x, x[:, :2], epochs=2, verbose=0)
target.set_weights(online.get_weights())
