# LT605 on JAX in another program: the best model is kept as a clone
import numpy as np, keras
from keras import layers

x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(1)], name="model")
model.compile("adam", "mse")
model.fit(x, x[:, :1], epochs=2, verbose=0)
best = keras.models.clone_model(model)  # finds: LT605 model
print(best.predict(x, verbose=0).shape)
