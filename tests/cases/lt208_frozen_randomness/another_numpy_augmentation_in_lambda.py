import numpy as np
import keras
from keras import layers


def jitter(x):
    angle = np.random.uniform(-0.3, 0.3)  # finds: LT208 jitter
    shift = np.random.normal(0, 0.1, size=(2,)).astype("float32")
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], "float32")
    return keras.ops.matmul(x, rotation) + shift


model = keras.Sequential([
    keras.Input((2,)),
    layers.Lambda(jitter, name="jitter"),
    layers.Dense(8, activation="relu"),
    layers.Dense(1),
])
model.compile("adam", "mse")
points = np.random.rand(64, 2)
model.fit(points, points.sum(1), epochs=3, batch_size=16, verbose=0)
print(model.predict(points[:1], verbose=0))
