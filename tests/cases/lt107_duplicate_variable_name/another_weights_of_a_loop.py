# LT107 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Mixture(layers.Layer):
    def __init__(self, experts, **kw): super().__init__(**kw); self.experts = experts
    def build(self, shape):
        self.gates = [
            self.add_weight(shape=(shape[-1],), name="gate")  # finds: LT107 two_gates
            for _ in range(self.experts)
        ]
    def call(self, x): return sum(x * gate for gate in self.gates)
x = np.ones((1, 2), "float32")
Mixture(1, name="one_gate")(x), Mixture(2, name="two_gates")(x)
