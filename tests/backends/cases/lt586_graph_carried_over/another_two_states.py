"""A function trains an LSTM on text, whose two states go on with their graphs."""

import keras
import torch

lstm = keras.layers.LSTM(4, return_state=True, name="lstm")
lstm.build((2, 5, 3))


def train(chunks, optimizer):
    h, c = torch.zeros(2, 4), torch.zeros(2, 4)
    for epoch in range(2):
        for chunk in chunks:
            optimizer.zero_grad()
            outputs, h, c = lstm(chunk, initial_state=[h, c])  # finds: LT586 lstm
            loss = outputs.square().mean()
            loss.backward()
            optimizer.step()


train(torch.rand(3, 2, 5, 3), torch.optim.SGD(lstm.parameters(), lr=0.01))
