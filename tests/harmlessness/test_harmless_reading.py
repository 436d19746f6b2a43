"""Layertrace computes nothing of the program's: no properties, mappings, sequences or stand-ins."""

import random
import sys
from collections.abc import Mapping
from typing import ClassVar
from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from bare_and_traced import assert_same

import layertrace

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])


class Loads:
    """Data that loads itself when any attribute is read."""

    loaded = 0

    def _load(self):
        Loads.loaded += 1
        return (3,)

    shape = property(_load)
    dtype = property(_load)
    name = property(_load)
    sparse = property(_load)
    _keras_mask = property(_load)
    __name__ = property(_load)

    def __len__(self):
        return self._load()[0]

    def __bool__(self):
        return bool(self._load())

    def __iter__(self):
        return iter(self._load())


class Remote(Mapping):
    """A mapping whose items are read from somewhere else."""

    def __init__(self):
        self.read = 0

    def __getitem__(self, key):
        self.read += 1
        return key

    def __iter__(self):
        self.read += 1
        return iter(range(40))

    def __len__(self):
        self.read += 1
        return 40


class Lazy(list):
    """A list that fills itself when it is read."""

    def __init__(self):
        super().__init__([1, 2])
        self.read = 0

    def _note(self, *_):
        self.read += 1
        return iter(())

    __iter__ = __getitem__ = __len__ = __reversed__ = _note


class LazyDict(dict):
    """A dictionary that fills itself when it is read."""

    def __init__(self):
        super().__init__(a=1)
        self.read = 0

    def items(self):
        self.read += 1
        return super().items()

    values = keys = __iter__ = __len__ = items


@KERAS
@pytest.mark.parametrize("make", [Loads, Remote, Lazy, LazyDict, mock.MagicMock])
def test_what_is_given_to_init_is_not_read(k, make):
    """Arguments of `__init__` are described by their class, or by the builtin behind them."""

    class Takes(k.layers.Layer):
        def __init__(self, source, *more, key=None):
            super().__init__()

    given = make()
    Loads.loaded = 0
    Takes(given, given, key=given)
    bare = reads(given)
    given = make()
    Loads.loaded = 0
    with layertrace.trace() as timeline:
        Takes(given, given, key=given)
    assert reads(given) == bare
    assert set(timeline[0].arguments) == {"source", "more", "key"}


def reads(given):
    """Return how often something was read."""
    return given.mock_calls if isinstance(given, mock.Mock) else (getattr(given, "read", 0), Loads.loaded)


def test_what_call_is_given_and_returns_is_not_read():
    """Arguments and results of `call` that are not tensors are not read."""

    class Passes(keras.layers.Layer):
        def call(self, x, source=None):
            return x

    def program():
        Loads.loaded = 0
        layer, given = Passes(), Loads()
        layer(tf.ones(1), source=given)
        tf.function(lambda x: layer(x, source=given))(tf.ones(1))
        return Loads.loaded

    bare = program()
    with layertrace.trace() as timeline:
        traced = program()
    assert traced == bare
    assert len(timeline.where(kind="call")) == 2


@KERAS
def test_nothing_that_is_read_may_exit(k):
    """A property that exits the program is not read by layertrace."""

    class Exits(k.layers.Layer):
        mask_zero = property(lambda self: sys.exit("never"))

        def call(self, x):
            return x

    class Given:
        dtype = shape = property(lambda self: sys.exit("never"))

    with layertrace.trace() as timeline:
        layer = Exits()
        layer.given = Given()
        tf.function(layer)(tf.ones(1))
    assert "call" in [event.kind for event in timeline]


class Wordless:
    """A key whose `__repr__` raises, and counts the attempts."""

    tried = 0

    def _fail(self):
        Wordless.tried += 1
        raise RuntimeError("no words")

    __repr__ = __str__ = _fail


@KERAS
def test_keys_are_not_asked_for_words(k):
    """The keys of a dictionary are written by their class, whatever their `__repr__` does."""

    class Takes(k.layers.Layer):
        def __init__(self, table):
            super().__init__()

    Wordless.tried = 0
    with layertrace.trace() as timeline:
        layer = Takes({Wordless(): 1, Wordless(): 2, "a": 3})
    assert Wordless.tried == 0
    table = timeline.where(kind="init")[0].arguments["table"]
    assert list(table) == ["<Wordless>", "<Wordless> #1", "a"]
    assert layer.built is False


def test_state_that_a_graph_reads_is_not_computed():
    """State of a traced layer is read without its properties, items, states or comparisons."""

    class State:
        asked = 0

        def _ask(self, *_):
            State.asked += 1
            return 1.0

        rate = property(_ask)
        __eq__ = __ne__ = __bool__ = __len__ = __getattr__ = _ask
        __hash__ = None

    class Dice(random.Random):
        asked = 0

        def getstate(self):
            Dice.asked += 1
            return super().getstate()

    class Number(np.float32):
        asked = 0

        def item(self, *_):
            Number.asked += 1
            return 1.0

    class Scales(tf_keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.state, self.dice, self.number = State(), Dice(), Number(2)
            object.__setattr__(self, "lazy", Lazy())
            object.__setattr__(self, "table", LazyDict())

        def call(self, x):
            return x * (2.0 if self.state is None else 3.0)

    def program():
        State.asked = Dice.asked = Number.asked = 0
        layer = Scales()
        run = tf.function(layer)
        results = [run(tf.ones(2)) for _ in range(3)]
        return [results, State.asked, Dice.asked, Number.asked, layer.lazy.read, layer.table.read]

    assert_same(program)


def test_a_stand_in_for_a_layer_is_not_followed():
    """An object whose `__class__` claims that it is a layer is not taken for a layer, and not called."""

    class Claims:
        asked: ClassVar = []

        def __getattr__(self, name):
            Claims.asked.append(name)
            raise AttributeError(name)

        @property
        def __class__(self):
            Claims.asked.append("__class__")
            return keras.layers.Dense

    class Holds(keras.layers.Layer):
        def __init__(self, other):
            super().__init__()
            object.__setattr__(self, "other", other)

        def call(self, x):
            return x

    def program():
        Claims.asked.clear()
        layer = Holds(Claims())
        layer(tf.ones(1))
        tf.function(layer.call)(tf.ones(1))
        return layer

    program()
    bare = list(Claims.asked)
    with layertrace.trace() as timeline:
        layer = program()
    assert Claims.asked == bare
    assert {event.layer.class_name for event in timeline if event.layer} == {"Holds"}
    assert layer.built
