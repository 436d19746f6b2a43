# Clean: a cache of values that depend on the shape, and layers that Keras builds once and that then run eagerly
import numpy as np, tensorflow as tf, keras
from keras import layers

class Causal(layers.Layer):
    def __init__(self): super().__init__(); self.masks, self.sizes = {}, set()
    def build(self, shape): self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")
    def call(self, x):
        n = x.shape[1]
        if n not in self.masks: self.masks[n] = np.tril(np.ones((n, n), "float32")); self.sizes.add(n)
        return keras.ops.matmul(self.masks[n], x * self.scale)
model = keras.Sequential([keras.Input((5, 3)), Causal(), layers.Flatten(), layers.Dense(1)])
model.compile("sgd", "mse"); model.fit(np.ones((6, 5, 3)), np.ones((6, 1)), batch_size=4, verbose=0)

class Camera(keras.Model):
    def __init__(self): super().__init__(); self.c, self.o = layers.Dense(4), layers.Dense(2); self.features, self.log = None, []
    def call(self, x): self.features = self.c(x); self.log.append(tuple(x.shape)); return self.o(self.features)
camera = Camera()
for n in (1, 2, 3): camera(np.ones((n, 3)))
print(camera.features.numpy().shape, camera.log)

class Last(layers.Layer):
    def __init__(self): super().__init__(); self.seen = {}
    def call(self, x): self.seen["last"] = x; return x
eager = keras.Sequential([keras.Input((3,)), Last(), layers.Dense(1)]); eager.compile("sgd", "mse", run_eagerly=True)
eager.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
