# LT566 in another program: the part of the array is changed where it is, then read
import numpy as np, keras
from keras import layers

class Rows(keras.utils.PyDataset):
    def __init__(self, table, size): super().__init__(); self.table, self.size = table, size
    def __len__(self): return len(self.table) // self.size
    def __getitem__(self, index):
        first, last = index * self.size, (index + 1) * self.size
        self.table[first:last] -= self.table.mean(axis=0)  # finds: LT566 sums
        x = self.table[first:last]
        return x, x.sum(axis=1, keepdims=True)
sums = keras.Sequential([keras.Input((3,)), layers.Dense(1)], name="sums")
sums.compile("sgd", "mse")
sums.fit(Rows(np.arange(48.0).reshape(16, 3), 4), epochs=2, verbose=0)
