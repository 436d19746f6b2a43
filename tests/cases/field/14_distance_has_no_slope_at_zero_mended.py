# SOURCE: https://github.com/keras-team/keras/issues/9097
# MENDED: twin of 14_distance_has_no_slope_at_zero.py, nothing is wrong here
# OUTCOME: silent
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Distance(layers.Layer):
    def call(self, pair):
        a, b = pair
        square = ops.sum(ops.square(a - b), axis=-1, keepdims=True)
        return ops.sqrt(ops.maximum(square, 1e-7))


def margin_loss(same, distance):
    far = ops.maximum(1.0 - distance, 0.0)
    return ops.mean(same * distance + (1.0 - same) * far, axis=-1)


tower = keras.Sequential([keras.Input((6,)), layers.Dense(8, activation="relu"), layers.Dense(4)], name="tower")
left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
siamese = keras.Model([left, right], Distance(name="apart")([tower(left), tower(right)]), name="siamese")
siamese.compile(optimizer=keras.optimizers.Adam(0.01), loss=margin_loss)

rng = np.random.default_rng(0)
a = rng.normal(size=(40, 6)).astype("float32")
b = rng.normal(size=(40, 6)).astype("float32")
b[:3] = a[:3]
same = np.zeros((40, 1), "float32")
same[:3] = 1.0
history = siamese.fit([a, b], same, batch_size=40, epochs=4, verbose=0)
print("losses", [round(v, 4) for v in history.history["loss"]], "nan in weights:",
      any(np.isnan(w).any() for w in siamese.get_weights()))
