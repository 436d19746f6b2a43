# get_config is incomplete, or __init__ does not accept it
import os
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np, tensorflow as tf, keras
from keras import layers

class Forgetful(layers.Layer):
    def __init__(self, k=1.0, **kw):
        super().__init__(**kw); self.k = k
    def get_config(self): return super().get_config()        # silently drops k  # finds: LT601 forgetful
print("rebuilt k =", Forgetful.from_config(Forgetful(3.0).get_config()).k)

class NoKwargs(layers.Layer):
    def __init__(self, k=1.0):  # finds: LT602 no_kwargs
        super().__init__(); self.k = k
    def get_config(self): return {**super().get_config(), "k": self.k}
NoKwargs.from_config(NoKwargs(2.0).get_config())
