# Clean: a dataset shuffles its array in place after each epoch, and changes copies of it
import numpy as np, keras
from keras import layers

class Shuffled(keras.utils.PyDataset):
    def __init__(self): super().__init__(); self.images = np.arange(32.0).reshape(8, 4)
    def __len__(self): return 2
    def __getitem__(self, index):
        batch = self.images[np.arange(4) + 4 * index]
        batch /= 255.0
        return batch, np.ones((4, 1))
    def on_epoch_end(self): np.random.shuffle(self.images)
model = keras.Sequential([keras.Input((4,)), layers.Dense(1)]); model.compile("sgd", "mse")
model.fit(Shuffled(), epochs=2, verbose=0)
