# LT506 in another program: a compute_loss of one's own drops what a layer adds, https://github.com/bayesflow-org/bayesflow/issues/541
import numpy as np, keras
from keras import layers, ops

keras.utils.set_random_seed(0)

class Sparse(layers.Layer):
    def __init__(self, units, **kwargs): super().__init__(**kwargs); self.project = layers.Dense(units)
    def build(self, shape): self.project.build(shape)
    def call(self, x):
        codes = self.project(x)
        self.add_loss(50.0 * ops.mean(ops.abs(codes)))
        return codes

class Coder(keras.Model):
    def __init__(self, **kwargs): super().__init__(**kwargs); self.encode, self.decode = Sparse(3, name="sparse"), layers.Dense(2)
    def call(self, x): return self.decode(self.encode(x))
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(ops.square(y - y_pred))  # finds: LT506 sparse

rows = np.random.default_rng(0).normal(size=(32, 2)).astype("float32")
coder = Coder(name="coder")
coder.compile("adam")
coder.fit(rows, rows, epochs=5, verbose=0)
print("mean size of the codes:", float(ops.mean(ops.abs(coder.encode.project(rows)))))
