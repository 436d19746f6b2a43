import numpy as np, tensorflow as tf, keras
from keras import layers

class InInit(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.g = self.add_weight(shape=(), initializer="ones"); self.built = True
    def build(self, shape): super().build(shape)
    def call(self, x): return x * self.g
class Maybe(layers.Layer):
    def __init__(self, units, project=False, **kw):
        super().__init__(**kw); self.units, self.flat = units, layers.Flatten()
        self.d, self.p = layers.Dense(units), layers.Dense(units) if project else None
    def build(self, shape): self.d.build(shape)
    def call(self, x): return self.flat(self.d(x)) if self.p is None else self.p(self.flat(self.d(x)))
    def compute_output_shape(self, shape): return (shape[0], self.units)
class Cross(layers.Layer):
    def build(self, query_shape, key_shape): self.w = self.add_weight(shape=(query_shape[-1], key_shape[-1]))
    def call(self, query, key): return query @ self.w + key
class Halves(layers.Layer):
    def call(self, x): return x[:, :1], x[:, 1:]
    def compute_output_shape(self, shape): return (shape[0], 1), (shape[0], shape[1] - 1)
class Spec(layers.Layer):
    def call(self, x): return keras.ops.concatenate([x, x], -1)
    def compute_output_spec(self, x): return keras.KerasTensor((x.shape[0], 2 * x.shape[1]), dtype=x.dtype)
class Calls(layers.Layer):
    def __init__(self, **kw): super().__init__(**kw); self.inner = layers.Dense(2)
    def build(self, shape): self.inner.build(shape)
    def call(self, x): return self.inner.call(x)
inputs = keras.Input((3,))
x = Spec()(Maybe(4)(InInit()(inputs)))
left, right = Halves()(Calls()(x))
model = keras.Model(inputs, [left, right, Cross()(left, right)])
model.predict(np.ones((2, 3)), verbose=0)
calls = Calls(); calls(np.ones((1, 3), "float32"))
tf.function(lambda t: calls.call(t))(tf.ones((1, 3)))

text = keras.Sequential([layers.Embedding(9, 4, mask_zero=True), layers.Lambda(lambda t: keras.ops.mean(t, axis=1)), layers.Dense(1)])
text(np.array([[1, 2, 0]]))

class Pair(keras.Model):
    def __init__(self, n, **kw): super().__init__(**kw); self.a, self.b = layers.Dense(n), layers.Dense(n)
    def build(self, shape): self.b.build(shape); self.a.build(shape)
    def call(self, x): return self.a(x) - self.b(x)
first, second = Pair(2), Pair(2)
x = np.ones((1, 3), "float32"); first(x), second(x); second.set_weights(first.get_weights())
