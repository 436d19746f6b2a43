"""A module of torch holds a model of Keras, whose layers `eval()` of the module does not reach."""

import keras
import torch


class Wrapped(torch.nn.Module):
    def __init__(self):
        super().__init__()
        drop = keras.layers.TorchModuleWrapper(torch.nn.Dropout(0.5), output_shape=(None, 4))
        self.model = keras.Sequential([keras.Input((4,)), drop, keras.layers.Dense(1)], name="net")

    def forward(self, x):
        return self.model(x)  # finds: LT583 net


wrapped = Wrapped()
wrapped.eval()
x = torch.ones(16, 4)
with torch.no_grad():
    print(wrapped(x).std())
