"""What Keras 3 no longer finds is known when a layer has something else in an attribute of Keras."""

import threading

import keras
import numpy as np
import pytest
import tf_keras
from keras import layers

import layertrace

ONES = np.ones((2, 3), "float32")


class Holder(layers.Layer):
    """Assigns an attribute between two layers, and has a weight."""

    def __init__(self, attribute, value):
        super().__init__(name="holder")
        self.first = layers.Dense(2, name="first")
        self.weight = self.add_weight(shape=(2,), name="weight")
        setattr(self, attribute, value(self))
        self.last = layers.Dense(2, name="last")

    def call(self, x):
        return self.last(self.first(x) + self.weight)


def replaced_in(attribute, value):
    """Return what the state of a layer states, and how many weights the layer has."""
    with layertrace.trace() as timeline:
        holder = Holder(attribute, value)
        holder(ONES)
    (state,) = [state for state in timeline.surroundings.states.values() if state.layer.name == "holder"]
    return dict(state.replaced), len(holder.weights)


def test_a_holder_with_attributes_of_its_own_has_replaced_nothing():
    """It has five weights."""
    assert replaced_in("blocks", lambda holder: [holder.first]) == ({}, 5)


def test_layers_that_are_not_in_the_new_list_are_lost():
    """Also one that is assigned later, and all of them if the list is a dict."""
    assert replaced_in("_layers", lambda holder: []) == ({"_layers": ("first", "last")}, 1)
    assert replaced_in("_layers", lambda holder: [holder.first]) == ({"_layers": ("last",)}, 3)
    assert replaced_in("_layers", lambda holder: (holder.first,)) == ({"_layers": ("last",)}, 3)
    lost = {"_trainable_variables": ("weight",)}
    assert replaced_in("_trainable_variables", lambda holder: []) == (lost, 4)


def test_a_list_of_the_same_layers_loses_nothing():
    """Keras trains and saves them as before."""
    with layertrace.trace() as timeline:

        class Stack(layers.Layer):
            def __init__(self):
                super().__init__(name="stack")
                self._layers = [layers.Dense(2), layers.Dense(2)]

            def call(self, x):
                for layer in self._layers:
                    x = layer(x)
                return x

        stack = Stack()
        stack(ONES)

    (state,) = [state for state in timeline.surroundings.states.values() if state.layer.name == "stack"]
    assert state.replaced == {}
    assert len(stack.weights) == 4


@pytest.mark.parametrize("value", [{"mean": 1}, ["mean"]], ids=["dict", "names"])
def test_what_is_not_a_list_of_metrics_or_losses_is_recorded(value):
    """Keras fails when it resets such metrics, or adds such losses."""
    assert replaced_in("_metrics", lambda holder: value)[0] == {"_metrics": ()}
    expected = {} if isinstance(value, list) else {"_losses": ()}
    with layertrace.trace() as timeline:
        holder = Holder("losses_seen", lambda holder: [])
        holder._losses = value
    (state,) = [state for state in timeline.surroundings.states.values() if state.layer.name == "holder"]
    assert state.replaced == expected


def test_a_lock_of_the_program_does_not_hide_that_init_has_run():
    """Keras itself takes it as a sign that `super().__init__()` was forgotten; LT307 does not."""
    with layertrace.trace() as timeline:
        holder = Holder("_lock", lambda holder: threading.Lock())
        with pytest.raises(RuntimeError, match="you forgot to call"):
            holder(ONES)

    (state,) = [state for state in timeline.surroundings.states.values() if state.layer.name == "holder"]
    assert state.replaced == {"_lock": ()}
    assert state.initialized
    assert "LT307" not in [finding.code for finding in timeline.findings()]


def test_a_layer_of_keras_has_replaced_nothing():
    """A `Sequential` has a list of its own in `_layers`, and tf_keras has no such attributes."""
    with layertrace.trace() as timeline:
        kept = keras.Sequential([layers.Dense(2)]), tf_keras.Sequential([tf_keras.layers.Dense(2)])
        for model in kept:
            model(ONES)

    states = timeline.surroundings.states.values()
    assert {"Sequential", "Dense"} <= {state.layer.class_name for state in states}
    assert not any(state.replaced for state in states)
