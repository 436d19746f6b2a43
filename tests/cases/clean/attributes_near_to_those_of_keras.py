# Attributes of the program's own whose names are near to those of Keras: they are read, or are other names
import keras
import numpy as np


class Masked(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.trainabl = ("gate",)
        self.support_masking = True
        self.supports_masking = self.support_masking

    def call(self, x):
        return x * len(self.trainabl)


class Noted(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.input_spec_ = "float32"
        self.inputs_spec = "any shape"

    def call(self, x):
        return x

    def notes(self):
        return [name for name in vars(self) if name.endswith("spec")]


class Strided(keras.layers.Conv1D):
    def __init__(self, stride):
        super().__init__(2, 2, strides=stride)
        self.stride = stride


class Gated(keras.layers.Layer):
    activity_regularizr = "of the gates"

    @property
    def trainabel(self):
        return self.gates

    @trainabel.setter
    def trainabel(self, gates):
        self.gates = gates

    def call(self, x):
        return x * self.gates


gated, noted = Gated(), Noted()
gated.trainabel = 2.0
gated.activity_regularizr = "none"
network = keras.Sequential([keras.Input((4, 2)), Masked(), noted, gated, Strided(2), keras.layers.Dense(1)])
network.compile("sgd", "mse")
network.optimizers = ("sgd", "adam")  # for a table of runs that reads all attributes
network.stop_trainings = 0
network.stop_training_ = True
network.fit(np.ones((4, 4, 2)), np.ones((4, 2, 1)), verbose=0)
network.jit_compiled = network.jit_compile
print(noted.notes(), network.jit_compiled)
