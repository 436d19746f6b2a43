# LT104 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

class Growing(keras.Model):
    def __init__(self, **kw): super().__init__(**kw); self.stages = [layers.Dense(2)]
    def build(self, shape): self.stages[0].build(shape)
    def call(self, x):
        for stage in self.stages: x = stage(x)
        return x
model, x = Growing(name="growing"), np.ones((1, 2), "float32")
model(x)
model.stages.append(layers.Dense(2))  # finds: LT104 growing
