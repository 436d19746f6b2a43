# SOURCE: https://github.com/keras-team/keras/pull/3248
# SYMPTOM: weights of a batch normalization from another framework, given in the order of the computation: no error, wrong answers
# CULPRIT: norm
# LINE: 23
# FIX: the order of layer.weights: gamma, beta, moving_mean, moving_variance
# OUTCOME: silent
# IDEAL: norm got for gamma what looks like a mean and for moving_variance what holds negative numbers: its weights are in the order gamma, beta, moving_mean, moving_variance.
import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(0)
checkpoint = {"running_mean": rng.normal(3.0, 1.0, 4), "running_var": rng.uniform(1.0, 2.0, 4),
              "weight": rng.uniform(0.8, 1.2, 4), "bias": rng.normal(0.0, 0.5, 4),
              "fc.weight": rng.normal(size=(4, 4))}


def port(checkpoint):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, use_bias=False, name="fc"), layers.BatchNormalization(epsilon=1e-5, name="norm")],
                             name="ported")
    model.get_layer("fc").set_weights([checkpoint["fc.weight"].T])
    names = ["running_mean", "running_var", "weight", "bias"]
    model.get_layer("norm").set_weights([checkpoint[name] for name in names])
    return model


x = rng.normal(size=(16, 4)).astype("float32")
h = x @ checkpoint["fc.weight"].T
expected = (h - checkpoint["running_mean"]) / np.sqrt(checkpoint["running_var"] + 1e-5) * checkpoint["weight"] + checkpoint["bias"]
got = port(checkpoint).predict(x, verbose=0)
print("like the other framework:", np.allclose(got, expected, atol=1e-3))
