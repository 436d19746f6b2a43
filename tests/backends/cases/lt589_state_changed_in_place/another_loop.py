"""A loop of one's own trains a stateful LSTM inside a module, in two directions."""

import keras
import torch


class Tagger(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.both = keras.layers.Bidirectional(
            keras.layers.LSTM(
                2,
                stateful=True,
            )
        )
        self.head = keras.layers.Dense(1)

    def forward(self, x):
        return self.head(self.both(x))


tagger = Tagger()
x = torch.rand(4, 5, 3)
tagger(x)
optimizer = torch.optim.SGD(tagger.parameters(), lr=0.01)
for _ in range(2):
    optimizer.zero_grad()
    loss = tagger(x).mean()
    loss.backward()  # finds: LT589 forward_lstm
    optimizer.step()
