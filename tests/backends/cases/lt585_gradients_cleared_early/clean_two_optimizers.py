"""An optimizer clears its own gradients after its step, and before the step of another one.

The other one is given none for another reason, which LT504 finds: no call uses its layer.
"""

import keras
import torch

used = keras.layers.Dense(4, name="used")
forgotten = keras.layers.Dense(4, name="forgotten")  # finds: LT504 forgotten
for layer in (used, forgotten):
    layer.build((None, 4))
first = torch.optim.SGD(forgotten.parameters(), lr=0.1)
second = torch.optim.SGD(used.parameters(), lr=0.1)
x = torch.rand(8, 4)
for _ in range(3):
    loss = torch.mean(used(x) ** 2)
    loss.backward()
    second.step()
    second.zero_grad()
    first.step()
