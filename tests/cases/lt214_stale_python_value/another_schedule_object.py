import numpy as np
import keras
from keras import layers


class Annealer:
    def __init__(self):
        self.value = 0.0

    def advance(self):
        self.value += 0.25  # finds: LT214 -

    def weight(self):
        return self.value


annealer = Annealer()


def loss(y, p):
    return keras.ops.mean((y - p) ** 2) + annealer.weight() * keras.ops.mean(keras.ops.abs(p))


model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile("sgd", loss)
x, y = np.random.rand(16, 3), np.random.rand(16, 1)
for epoch in range(4):
    model.fit(x, y, verbose=0)
    annealer.advance()
