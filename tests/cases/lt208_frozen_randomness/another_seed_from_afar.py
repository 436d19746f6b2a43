# LT208 in another program
import numpy as np, tensorflow as tf, keras
from keras import layers

SEED = 11
def noise(shape, seed): return tf.random.stateless_normal(shape, seed=[seed, 0])  # finds: LT208 deep
class Deep(layers.Layer):
    def call(self, x): return x + noise((3,), SEED)
class Kept(layers.Layer):
    def __init__(self, seed=7, **kw): super().__init__(**kw); self.seed = seed
    def call(self, x):
        return x * keras.random.uniform((3,), seed=self.seed)  # finds: LT208 kept, LT208 eager
class Fresh(layers.Layer):
    def __init__(self): super().__init__(); self.seed = keras.random.SeedGenerator(SEED)
    def build(self, shape): self.w = self.add_weight(shape=(3,), initializer=keras.initializers.RandomNormal(seed=SEED))
    def call(self, x): return x * keras.random.uniform((3,), seed=self.seed) * self.w
model = keras.Sequential([keras.Input((3,)), Deep(name="deep"), Kept(name="kept"), Fresh(), layers.Dropout(0.1, seed=SEED)])
model.predict(np.ones((2, 3)), verbose=0)
Kept(name="eager")(tf.ones((1, 3)))
