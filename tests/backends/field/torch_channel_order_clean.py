"""Images with the channels last feed convolutions: the correct twin."""

import keras
import numpy as np
import torch

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
labels = torch.tensor(rng.integers(0, 2, 64))
images = torch.rand(64, 3, 16, 16) + labels[:, None, None, None] * 0.3
dataset = torch.utils.data.TensorDataset(images.permute(0, 2, 3, 1).contiguous(), labels)
loader = torch.utils.data.DataLoader(dataset, batch_size=16)
model = keras.Sequential([
    keras.layers.Conv2D(8, 3, padding="same", activation="relu"),
    keras.layers.MaxPooling2D(),
    keras.layers.Conv2D(8, 3, padding="same", activation="relu"),
    keras.layers.GlobalAveragePooling2D(),
    keras.layers.Dense(2),
])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
model.fit(loader, epochs=2, verbose=0)
print(model.evaluate(loader, verbose=0))
