"""A recording works with any layer: what cannot be read is described by its class."""

import collections
import contextlib

import keras
import pytest
import tensorflow as tf
import tf_keras

import layertrace
from layertrace.errors import LayertraceWarning

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])


class Fails:
    """A descriptor that also raises when read on the class."""

    def __get__(self, instance, owner):
        raise OSError("gone")


class Key:
    """A key without a `repr`."""

    def __repr__(self):
        raise KeyError("no words")


def odd(k, how):
    """Return a class of layers that are odd in some way."""
    content = {"call": lambda self, x: x * 2}
    if how == "getattr":
        content["__getattr__"] = delegating(k)
    elif how == "descriptor":
        content["mask_zero"] = content["train_step"] = Fails()
    return type("Odd", (k.layers.Layer,), content)


def delegating(k):
    """Return a `__getattr__` that raises a KeyError, except for names that this Keras itself reads."""
    asked = set()

    def learn(self, name):
        asked.add(name)
        raise AttributeError(name)

    def delegate(self, name):
        if name in asked:
            raise AttributeError(name)
        return {"rate": 2.0}[name]

    type("Learns", (k.layers.Layer,), {"call": lambda self, x: x, "__getattr__": learn})()(tf.ones((1, 2)))
    return delegate


@KERAS
@pytest.mark.parametrize("how", ["getattr", "descriptor", "keys"])
def test_all_events_stay(k, how):
    """However odd one layer is, the events and states of all layers are recorded."""
    cls = odd(k, how)
    with layertrace.trace() as timeline:
        layer = cls()
        if how == "keys":
            object.__setattr__(layer, "table", {Key(): k.layers.Dense(1), "a": 1})
        layer(tf.ones((1, 2)))
        dense = k.layers.Dense(2, name="plain")
        dense(tf.ones((1, 2)))
        before = len(timeline)
    assert before == len(timeline) >= 5
    assert {"Odd", "Dense"} <= {event.layer.class_name for event in timeline if event.layer}
    layer_states = {state.layer.class_name: state for state in timeline.surroundings.states.values()}
    assert layer_states["Dense"].built is True
    assert layer_states["Odd"].layer.class_name == "Odd"
    assert layer is not dense


def test_a_layer_with_a_dictionary_of_its_own_is_recorded():
    """A layer whose class has a property `__dict__` is recorded with its name."""

    class Hides(tf_keras.layers.Layer):
        asked = 0

        @property
        def __dict__(self):
            Hides.asked += 1
            raise RuntimeError("hidden")

        def call(self, x):
            return x

    def program():
        Hides.asked = 0
        try:
            Hides(name="hides")(tf.ones(1))
        except RuntimeError:
            return "failed", Hides.asked
        return "ran", Hides.asked

    bare = program()
    with layertrace.trace() as timeline:
        traced = program()
    assert traced == bare
    assert "Hides" in {event.layer.class_name for event in timeline if event.layer}


def test_one_state_that_cannot_be_read_costs_itself_only(monkeypatch, internal_errors):
    """If reading the state of one layer fails for an unforeseen reason, the others are read."""
    from layertrace.record.recording import layer_states

    def held(layer):
        if type(layer).__name__ == "Strange":
            raise LookupError("an unforeseen error")
        return {}

    class Strange(keras.layers.Layer):
        def call(self, x):
            return x

    monkeypatch.setattr(layer_states, "_held", held)
    tracer = layertrace.trace()
    timeline = tracer.start()
    strange, dense = Strange(), keras.layers.Dense(1)
    dense(strange(tf.ones((1, 1))))
    with pytest.warns(LayertraceWarning, match="read the state of a layer of class Strange"):
        tracer.stop()
    internal_errors.clear()
    layer_states = {state.layer.class_name: state for state in timeline.surroundings.states.values()}
    assert layer_states["Dense"].built is True
    assert layer_states["Strange"].built is None


@KERAS
def test_a_metaclass_of_the_program_is_not_asked(k):
    """Layer classes are distinguished by identity, without calling a metaclass."""
    asked = collections.Counter()

    def counts(name):
        def method(self, *args):
            asked[name] += 1
            return getattr(type(k.layers.Layer), name)(self, *args)

        return method

    names = ("__eq__", "__hash__", "__subclasscheck__", "__instancecheck__")
    meta = type("Meta", (type(k.layers.Layer),), {name: counts(name) for name in names})

    def program():
        cls = meta("Own", (k.layers.Layer,), {"call": lambda self, x: x, "mode": {"a": 1}})
        asked.clear()
        with layertrace.trace() if is_traced else contextlib.nullcontext():
            layer = cls()
            layer(tf.ones(1))
            tf.function(layer)(tf.ones(1))
        return dict(asked)

    is_traced = False
    bare = program()
    is_traced = True
    assert program() == bare
