# A backbone is to be frozen, but an e is missing; so trained on, it forgets. A flag of an own layer has a slip, too
import keras
import numpy as np


class Pooled(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.supports_maskng = True  # finds: LT705 pooled

    def call(self, x):
        return keras.ops.mean(x, axis=1)


x, y = np.ones((8, 3, 2), "float32"), np.zeros((8, 1), "float32")
backbone = keras.layers.Dense(2, name="backbone")
backbone.trainble = False  # finds: LT705 backbone
dropout = keras.layers.Dropout(0.5)
setattr(dropout, "autcoast", False)  # finds: LT705 dropout
model = keras.Sequential([keras.Input((3, 2)), backbone, dropout, Pooled(), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1), "mse")
before = backbone.get_weights()[0]
model.fit(x, y, verbose=0)
print("frozen:", np.allclose(before, backbone.get_weights()[0]))
