# Clean: datasets that change copies, fill a buffer, count what they read, clip, or replace their arrays
import numpy as np, keras
from keras import layers

class Base(keras.utils.PyDataset):
    def __init__(self): super().__init__(); self.images, self.buffer, self.reads = np.arange(32.0).reshape(8, 4), np.zeros((4, 4)), np.zeros(2, "int64")
    def __len__(self): return 2
    def part(self, index): return slice(4 * index, 4 * index + 4)
class Copies(Base):
    def __getitem__(self, index):
        batch = self.images[self.part(index)].copy(); batch /= 255.0
        chosen = self.images[np.arange(4) + 4 * index]; chosen -= 1.0
        return batch + chosen, np.ones((4, 1))
class Buffer(Base):
    def __getitem__(self, index):
        self.buffer[:] = self.images[self.part(index)]
        self.buffer /= 255.0
        return self.buffer, np.ones((4, 1))
class Counting(Base):
    def __getitem__(self, index):
        self.reads[index] += 1
        batch = self.images[self.part(index)]
        np.clip(batch, 2.0, 9.0, out=batch)
        return batch, np.ones((4, 1))
class Replacing(Base):
    def __getitem__(self, index):
        batch = self.images[self.part(index)]
        batch = batch / 255.0
        batch -= 0.5
        return batch, np.ones((4, 1))
    def on_epoch_end(self): self.images = self.images[::-1] * 1.1
def rows(images):
    for _ in range(8):
        row = images[:4] * 1.0
        row /= 255.0
        yield row, np.ones((4, 1))
model = keras.Sequential([keras.Input((4,)), layers.Dense(1)]); model.compile("sgd", "mse")
for cls in (Copies, Buffer, Counting, Replacing): model.fit(cls(), epochs=2, verbose=0)
model.fit(rows(np.arange(32.0).reshape(8, 4)), steps_per_epoch=4, epochs=2, verbose=0)
