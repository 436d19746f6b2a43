# The batch is unknown where the layer is built on an Input
import keras


class Memory(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, shape):
        self.memory = self.add_weight(shape=(shape[0], self.units), name="memory")  # finds: LT314 memory

    def call(self, x):
        return x @ self.memory


memory = Memory(4, name="memory")
memory(keras.Input((3,)))
