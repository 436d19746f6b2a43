# layer.call(x) or overridden __call__ bypasses the lifecycle
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, keras
from keras import layers

class Block(layers.Layer):
    ran = False
    def __init__(self): super().__init__(); self.d = layers.Dense(3)
    def build(self, s): Block.ran = True; self.d.build(s)
    def __call__(self, x): return self.d(x)              # should be call()  # finds: LT306 block
b = Block(); b(np.ones((1, 2), "float32"))
print("built:", b.built, "build ran:", Block.ran)
layers.Dense(3).call(np.ones((1, 2), "float32"))  # finds: LT306 dense_1
