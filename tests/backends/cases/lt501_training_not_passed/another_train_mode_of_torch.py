"""The loop puts the model into the train mode of torch, which the layers of Keras do not read."""

import keras
import torch

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dropout(0.5, name="drop"), keras.layers.Dense(1)],
    name="net",
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
x, y = torch.rand(16, 4), torch.ones(16, 1)
model.train()
for _ in range(3):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(x), y)  # finds: LT501 drop
    loss.backward()
    optimizer.step()
model.eval()
print(torch.nn.functional.mse_loss(model(x), y).item())
