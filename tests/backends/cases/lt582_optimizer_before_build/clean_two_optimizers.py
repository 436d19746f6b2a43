"""The critic is created later, and has an optimizer of its own."""

import keras
import torch

maker = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8)])
of_maker = torch.optim.Adam(maker.parameters(), lr=0.01)
critic = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
of_critic = torch.optim.Adam(critic.parameters(), lr=0.01)
x, real = torch.rand(16, 4), torch.rand(16, 8)
for _ in range(3):
    of_critic.zero_grad()
    torch.mean(critic(maker(x).detach()) - critic(real)).backward()
    of_critic.step()
    of_maker.zero_grad()
    torch.mean(-critic(maker(x))).backward()
    of_maker.step()
