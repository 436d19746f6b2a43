"""Layertrace runs no code of a layer: not its properties, `__getattr__` or `__getattribute__`."""

import collections

import keras
import pytest
import tensorflow as tf
import tf_keras

import layertrace

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])


def counted(name, counts, result=None):
    """Return a property that counts how often it is evaluated."""

    def get(self):
        counts[name] += 1
        return result

    def put(self, value):
        pass

    return property(get, put)


@KERAS
@pytest.mark.parametrize("name", ["variables", "compute_dtype", "mask_zero"])
def test_a_layers_own_property_is_not_evaluated(k, name):
    """A property that a layer overrides runs as often as without a trace."""

    def program():
        counts = collections.Counter()
        result = "float32" if name == "compute_dtype" else []
        content = {"call": lambda self, x: x * 2, name: counted(name, counts, result)}
        layer = type("Own", (k.layers.Layer,), content)()
        layer(tf.ones((1, 2)))
        return counts, layer  # which lives when the trace ends

    bare, _ = program()
    with layertrace.trace() as timeline:
        traced, layer = program()
    assert traced == bare
    assert layer.built
    assert [event.kind for event in timeline if event.kind == "call"] == ["call"]


@KERAS
def test_a_layer_is_asked_for_no_unknown_attribute(k):
    """`__getattr__` of a layer is called for the same names, as often as without a trace."""

    class Asked(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = k.layers.Dense(1)

        def __getattr__(self, name):
            ASKED[name] += 1
            raise AttributeError(name)

        def call(self, x):
            return self.inner(x)

    def program():
        ASKED.clear()
        layer = Asked()
        layer(tf.ones((1, 2)))
        return layer, {name: times for name, times in ASKED.items() if not name.startswith("_tf_")}

    ASKED = collections.Counter()
    bare = program()[1]
    with layertrace.trace() as timeline:
        layer, traced = program()
        after = collections.Counter(ASKED)
    assert len(timeline)
    assert traced == bare
    assert after == ASKED  # nor at the end
    assert layer.inner.built


def test_a_layer_with_its_own_getattribute_is_not_entered():
    """`__getattribute__` of a layer runs as often as without a trace, and its events are recorded."""

    class Watched(keras.layers.Layer):
        def __getattribute__(self, name):
            asked.append(name)
            return super().__getattribute__(name)

        def call(self, x):
            return x

    def program():
        layer = Watched(name="watched")
        layer(tf.ones(1))
        return layer

    asked = []
    program()
    bare, asked = asked, []
    with layertrace.trace() as timeline:
        layer = program()
    assert [name for name in asked if name not in ("call", "build")] == [
        name for name in bare if name not in ("call", "build")
    ]
    assert list(timeline.of("watched").kinds) == ["init", "build", "call"]
    assert layer.built
