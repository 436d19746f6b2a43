# SOURCE: https://github.com/keras-team/keras/issues/9097
# SYMPTOM: loss nan from the second step on; all weights are nan
# CULPRIT: apart
# LINE: 19
# FIX: ops.sqrt(ops.maximum(sum, 1e-7))
# OUTCOME: silent
# IDEAL: apart (Distance) takes sqrt of 0 for pairs that are equal, whose gradient is infinite: the weights of tower became NaN in the first step.
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(0)


class Distance(layers.Layer):
    def call(self, pair):
        a, b = pair
        square = ops.sum(ops.square(a - b), axis=-1, keepdims=True)
        return ops.sqrt(square)


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
