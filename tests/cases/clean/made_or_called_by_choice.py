import numpy as np, tensorflow as tf, keras
from keras import layers, ops

class Sorted(layers.Layer):
    """sorts its arguments before Keras's own __call__; one instance is used, others are only created"""
    def __init__(self): super().__init__(); self.d = layers.Dense(2)
    def __call__(self, x, condition=None, **kw): return super().__call__(x if condition is None else [x, condition], **kw)
    def call(self, x): return self.d(ops.concatenate(x, -1) if isinstance(x, list) else x)
used, spare = Sorted(), Sorted(); used(np.ones((1, 2)), condition=np.ones((1, 3)))
class Checked(layers.Layer):
    def __call__(self, x): return layers.Layer.__call__(self, x)
    def call(self, x): return x
Checked().get_config()
class Encoder(keras.Model):
    """layers that an option disables are never built"""
    def __init__(self, top=False): super().__init__(); self.a, self.head, self.top = layers.Dense(4), layers.Dense(10), top
    def call(self, x): return self.head(self.a(x)) if self.top else self.a(x)
encoder = Encoder(); encoder.compile("sgd", "mse"); encoder.fit(np.ones((4, 3)), np.ones((4, 4)), verbose=0)
class Heads(keras.Model):
    """the second head is used on request"""
    def __init__(self): super().__init__(); self.a, self.b = layers.Dense(1), layers.Dense(1)
    def call(self, x, head="a"): return {"a": self.a, "b": self.b}[head](x)
heads = Heads(); heads(np.ones((2, 3))); heads(np.ones((2, 3)), head="b")
class Augmented(keras.Model):
    """augmentation is not saved and has nothing to learn"""
    def __init__(self): super().__init__(); self.holder = type("Holder", (), {})(); self.holder.augment = keras.Sequential([layers.RandomFlip()]); self.d = layers.Dense(1)
    def call(self, x, training=None): return self.d(self.holder.augment(x, training=training))
Augmented()(np.ones((2, 4, 4, 1)), training=True)
class Perceptual(layers.Layer):
    """a frozen network, excluded from the saved model"""
    def __init__(self):
        super().__init__(); net = keras.Sequential([keras.Input((3,)), layers.Dense(2)]); net.trainable = False; self.net = lambda x: net(x)
    def call(self, x): self.add_loss(ops.mean(self.net(x) ** 2)); return x
Perceptual()(np.ones((2, 3)))
