import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Gate(layers.Layer):
    def build(self, shape): self.w = self.add_weight(shape=shape[-1:], name="w")
    def call(self, x): return x * self.w

class Chain(layers.Layer):
    def __init__(self):
        super().__init__()
        gate = Gate(name="gate")  # finds: LT110 gate
        self.gates = []
        for _ in range(5):
            self.gates.append(gate)
    def build(self, shape): self.gates[0].build(shape)
    def call(self, x):
        for gate in self.gates: x = gate(x)
        return x
chain = Chain()
chain(np.ones((2, 3), "float32"))
