"""The loss leaves out a head; the features that another network has of the input are detached on purpose."""

import keras
import torch
from keras import layers

inputs = keras.Input((3,))
hidden = layers.Dense(4)(inputs)
heads = layers.Dense(3, name="image")(hidden), layers.Dense(1, name="aux")(hidden)
model = keras.Model(inputs, heads, name="painter")
critic = keras.Sequential([keras.Input((3,)), layers.Dense(2)], name="critic")
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
x = torch.rand(32, 3)
for _ in range(3):
    optimizer.zero_grad()
    image, _ = model(x, training=True)  # finds: LT504 aux
    loss = ((critic(image) - critic(x).detach()) ** 2).mean()
    loss.backward()
    optimizer.step()
