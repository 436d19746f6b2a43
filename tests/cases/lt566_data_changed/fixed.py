# LT566 fixed
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Pictures(keras.utils.PyDataset):
    def __init__(self, images, labels, size, **kwargs):
        super().__init__(**kwargs)
        self.images, self.labels, self.size = images, labels, size
    def __len__(self):
        return len(self.images) // self.size
    def __getitem__(self, index):
        part = slice(index * self.size, (index + 1) * self.size)
        batch = self.images[part]
        batch = batch / 10.0
        return batch, self.labels[part]

images = np.arange(0.0, 128.0, dtype="float32").reshape(32, 4)
model = keras.Sequential([keras.Input((4,)), layers.Dense(2, activation="softmax")], name="model")
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(Pictures(images, np.arange(32) % 2, 8), epochs=2, shuffle=False, verbose=0)
print("the images are what they were:", images.max() == 127)
