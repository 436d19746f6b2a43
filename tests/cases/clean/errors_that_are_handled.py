import numpy as np, tensorflow as tf, keras
from keras import layers, ops

class Exact(layers.Layer):
    def call(self, x): return x * float(np.asarray(x).max())
class Scale(layers.Layer):
    """exact if there are values, and otherwise with operations"""
    def __init__(self): super().__init__(); self.exact = Exact()
    def call(self, x):
        try: return self.exact(x)
        except Exception: return x * ops.max(x)
model = keras.Sequential([keras.Input((3,)), Scale(), layers.Dense(1)])
model.predict(np.ones((4, 3)), verbose=0); Scale()(np.ones((2, 3), "float32"))
class NeedsTwo(layers.Layer):
    """refuses unsuitable inputs with an explanation"""
    def build(self, input_shape):
        if len(input_shape) != 2: raise TypeError(f"needs two inputs, got {len(input_shape)}")
        a, b = input_shape; self.w = self.add_weight(shape=(a[-1], b[-1]), name="w")
    def call(self, inputs): a, b = inputs; return a @ self.w + b
try: NeedsTwo()([np.ones((1, 2))] * 3)
except TypeError as error: print(error)
NeedsTwo()([np.ones((1, 2)), np.ones((1, 3))])
class Table(layers.Layer):
    """casts a table of another dtype, and accepts inputs of one width only"""
    def __init__(self): super().__init__(); self.table = tf.constant(np.eye(4))
    def call(self, x): return ops.matmul(x, ops.cast(self.table, x.dtype))
table = Table()
try: table(np.ones((2, 6), "float32"))
except (tf.errors.InvalidArgumentError, ValueError): table(np.ones((2, 6), "float32")[:, :4])
sequential = keras.Sequential([keras.Input((2,)), layers.Lambda(lambda x: 2 * x)]); sequential.save("with_a_lambda.keras")
try: keras.models.load_model("with_a_lambda.keras")
except ValueError: keras.models.load_model("with_a_lambda.keras", safe_mode=False)
