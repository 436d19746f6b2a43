"""The first step is given no state, and each later one that of the step before with its graph."""

import keras
import torch

rnn = keras.layers.SimpleRNN(6, return_state=True, name="rnn")
rnn.build((4, 5, 1))
optimizer = torch.optim.Adam(rnn.parameters())
memory = None
for _ in range(4):
    series = torch.rand(4, 5, 1)
    output, memory = rnn(series, initial_state=memory)  # finds: LT586 rnn
    loss = torch.mean((output - series[:, -1]) ** 2)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
