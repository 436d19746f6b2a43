# LT310 in another program: Keras marks in `_lock` that __init__ has run, and takes the lock for a sign that it has not
import threading
import numpy as np, keras

class Cached(keras.layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw)
        self._lock = threading.Lock()  # finds: LT310 cached
        self.seen = 0
    def call(self, x):
        with self._lock:
            return x * 2.0
print("doubled:", Cached(name="cached")(np.ones((2, 3))).shape)
