# LT205 in another program: a list that a layer fills in a graph which XLA compiles
import numpy as np, keras
from keras import layers


class Logged(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.ran = []

    def call(self, x):
        self.ran.append("step")  # finds: LT205 logged
        return x


logged = Logged(name="logged")
model = keras.Sequential([keras.Input((1,)), logged, layers.Dense(1)])
model.compile("sgd", "mse", jit_compile=True)
model.fit(np.ones((8, 1)), np.ones((8, 1)), batch_size=2, epochs=3, verbose=0)
print("each step is logged:", len(logged.ran) >= 12)
