"""Compiling, adapting, setting weights and reading losses do under trace what they do without."""

import inspect

import keras
import numpy as np
import pytest
import tf_keras
from bare_and_traced import assert_same

import layertrace

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])


@KERAS
def test_a_training_has_the_same_result(k):
    """Regularizers, statistics and weights have the same effect."""

    def program():
        k.utils.set_random_seed(0)
        scale = k.layers.Normalization()
        scale.adapt(np.arange(12.0).reshape(4, 3))
        decayed = k.layers.Dense(2, kernel_regularizer="l2")
        model = k.Sequential([k.Input((3,)), scale, decayed, k.layers.Dense(1)])
        model.compile(k.optimizers.SGD(0.1), "mse")
        model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
        model.set_weights([weight * 0.5 for weight in model.get_weights()])
        return [np.asarray(loss) for loss in model.losses] + model.get_weights()

    assert_same(program)


@KERAS
def test_losses_stay_a_property_with_its_documentation(k):
    """It is the same object again after the recording."""
    base = next(cls for cls in k.layers.Layer.__mro__ if "losses" in vars(cls))
    before = vars(base)["losses"]
    with layertrace.trace():
        during = vars(base)["losses"]
        assert isinstance(during, property)
        assert inspect.getdoc(during) == inspect.getdoc(before)
    assert vars(base)["losses"] is before


@KERAS
def test_assigning_losses_raises_the_same_message(k):
    """It names the property, as Python does for one that a class body defines."""

    def program():
        layer = k.layers.Dense(1)
        with pytest.raises(AttributeError) as raised:
            layer.losses = []
        return str(raised.value)

    assert_same(program)
