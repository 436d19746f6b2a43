"""Why did call run three times? Keras inferred shapes once, and traced the train step twice.

Look for:
- `symbolic: Keras infers shapes to build it`: the first call has shapes and no values.
- `traced twice: the first pass created the variables`: those of Adam. TensorFlow then traces the step again,
  so there is a call in each of two traces.
- `run ×24 train of net as a graph, without Python`: 24 steps, which enter no `call`.
"""

import keras
import numpy as np

import layertrace


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(8, activation="relu")
        self.out = keras.layers.Dense(3)

    def call(self, x):
        return self.out(self.hidden(x))


model = Net()
model.compile("adam", "mse")
x, y = np.ones((32, 4), "float32"), np.ones((32, 3), "float32")

with layertrace.trace(model) as timeline:
    model.fit(x, y, batch_size=4, epochs=3, verbose=0)

timeline.print()
