"""The state of a GRU goes from chunk to chunk of a series with its graph."""

import keras
import torch

series = torch.sin(torch.linspace(0, 6, 41)).reshape(1, -1, 1)
gru = keras.layers.GRU(4, return_sequences=True, return_state=True, name="gru")
head = keras.layers.Dense(1, name="head")
gru.build((1, None, 1))
head.build((1, None, 4))
optimizer = torch.optim.SGD([*gru.parameters(), *head.parameters()], lr=0.01)
state = torch.zeros(1, 4)
for start in range(0, 40, 10):
    optimizer.zero_grad()
    outputs, state = gru(series[:, start : start + 10], initial_state=state)  # finds: LT586 gru
    loss = torch.mean((head(outputs) - series[:, start + 1 : start + 11]) ** 2)
    loss.backward()
    optimizer.step()
