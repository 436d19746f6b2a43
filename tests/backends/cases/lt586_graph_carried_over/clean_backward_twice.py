"""The exception has another reason: backward is called twice in the first round of a loop over steps."""

import keras
import torch

cell = keras.layers.GRUCell(6, name="cell")
cell.build((4, 1))
series, state = torch.rand(4, 9, 1), torch.zeros(4, 6)
for step in range(8):
    output, (state,) = cell(series[:, step], [state])
    loss = torch.mean(output**2)
    loss.backward()
    loss.backward()
