# LT216 in another program: two variables of a function around, and layers that run eagerly
import numpy as np, tensorflow as tf, keras
from keras import layers

def split(x, widths):
    parts, start = [], 0
    for number, width in enumerate(widths):
        parts.append(layers.Lambda(lambda t: t[:, start:start + width], name=f"part_{number}")(x))  # finds: LT216 part_0
        start += width
    return layers.Concatenate()(parts)
signal = keras.Input((4,))
model = keras.Model(signal, split(signal, (1, 2, 1)))
model(np.ones((1, 4)))
class Apply(layers.Layer):
    def __init__(self, function, **kw): super().__init__(**kw); self.function = function
    def call(self, x): return self.function(x)
flow, power = keras.Input((2,)), 0
x = flow
while power < 3:
    power += 1
    def raised(t): return t ** power  # finds: LT216 first
    x = Apply(raised, name=["first", "second", "third"][power - 1])(x)
keras.Model(flow, x).predict(np.ones((2, 2)), verbose=0)
