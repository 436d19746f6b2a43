# A model keeps its blocks in self.layers
import keras


class Stack(keras.Model):
    def __init__(self, depth, **kwargs):
        super().__init__(**kwargs)
        self.layers = [keras.layers.Dense(4) for _ in range(depth)]  # finds: LT310 stack

    def call(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


Stack(3, name="stack")
