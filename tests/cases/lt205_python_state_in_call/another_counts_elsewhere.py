# LT205 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

log = []
class Shared(layers.Layer):
    calls = 0
    def call(self, x):
        Shared.calls += 1  # finds: LT205 shared
        return x / Shared.calls
class Items(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.stats = {"n": 0}
    def _count(me): me.stats["n"] += 1  # finds: LT205 items
    def call(self, x): self._count(); return x
class Logging(layers.Layer):
    def call(self, x):
        log.append("called")  # finds: LT205 logging
        return x
class Quiet(layers.Layer):
    def call(self, x): return x / max(Shared.calls, 1) + len(log)
model = keras.Sequential([keras.Input((2,)), Shared(name="shared"), Items(name="items"), Logging(name="logging"), Quiet()])
model.predict(np.ones((6, 2)), batch_size=2, verbose=0)
