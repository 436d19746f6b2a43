# Clean: what each layer of a trained model returns, by a model to that layer, which is predicted once
import numpy as np, keras
from keras import layers

x, y = np.random.default_rng(0).random((8, 8, 8, 1)).astype("float32"), np.ones((8, 1))
model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(2, 3, padding="same"), layers.ReLU(), layers.MaxPooling2D(),
    layers.Conv2D(2, 3, padding="same"), layers.ReLU(), layers.MaxPooling2D(),
    layers.Dropout(0.1), layers.Flatten(), layers.Dense(1),
])
model.compile("sgd", "mse")
model.fit(x, y, verbose=0)
for layer in model.layers:
    print(layer.name, keras.Model(model.inputs, layer.output).predict(x, verbose=0).mean())
