"""Where does each call come from? Four traces of fit and predict, one for a smaller last batch.

Look for:
- `last batch: 4 rows, not 8`: 20 rows in batches of 8. The last batch has another size, so `predict` is
  traced again.
- `call 5 net float32[None, 4]`: that trace leaves the size of the batch open.
- `why again`: below the tree, a table of all functions, with the cause of each trace after the first.
"""

import keras
import numpy as np
import rich

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
    model.fit(x, y, batch_size=8, epochs=2, verbose=0)
    model.predict(x[:20], batch_size=8, verbose=0)  # batches of 8, 8 and 4

timeline.print()
rich.print("", timeline.function_table(), sep="\n")
