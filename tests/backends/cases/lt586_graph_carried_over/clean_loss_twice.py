"""The exception has another reason: two losses share the outputs, and each calls backward."""

import keras
import torch

blocks = [keras.layers.Dense(3, name="first"), keras.layers.Dense(3, name="second")]
x = torch.rand(4, 3)
for _ in range(2):
    outputs = x
    for block in blocks:
        outputs = block(outputs)
    outputs = outputs.exp()
    outputs.sum().backward()
    outputs.square().sum().backward()
