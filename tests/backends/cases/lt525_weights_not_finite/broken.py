# "Loss becomes nan": a distance of two outputs that are equal (https://github.com/keras-team/keras/issues/9097)
import numpy as np, keras
from keras import layers, ops

keras.utils.set_random_seed(0)
class Apart(layers.Layer):
    def call(self, pair):
        return ops.sqrt(ops.sum(ops.square(pair[0] - pair[1]), axis=-1, keepdims=True))

tower = layers.Dense(3, name="tower")
left, right = keras.Input((4,)), keras.Input((4,))
twins = keras.Model([left, right], Apart(name="apart")([tower(left), tower(right)]), name="twins")
twins.compile("adam", "mse")
x = np.arange(32.0).reshape(8, 4) / 32
twins.fit([x, np.concatenate([x[:2], x[2:] + 1.0])], np.ones((8, 1)), epochs=2, verbose=0)  # finds: LT525 twins
