# Another program with LT402
import numpy as np, tensorflow as tf, keras
from keras import layers

class Remembering(layers.Layer):
    def __init__(me, **kw): super().__init__(**kw); me.last = None
    def _remember(me, x):
        me.last = x  # finds: LT402 remembering
        return x
    def call(me, x): return me._remember(x) * 2.0
model = keras.Sequential([keras.Input((2,)), Remembering(name="remembering"), layers.Dense(1)])
model.compile("sgd", "mse"); model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
