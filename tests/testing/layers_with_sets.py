"""Layers that go through sets: first those in which a set decides the order of weights, then sound ones."""

from __future__ import annotations

import enum

import keras
from keras import ops

ROWS = "float32[2, 5]"


class Part(enum.Enum):
    QUERY = 1
    KEY = 2


class Parts(keras.layers.Layer):
    """Joins the outputs of its children, which subclasses create."""

    def call(self, inputs):
        return ops.concatenate([child(inputs) for child in self.children()], axis=-1)


class SetOfTexts(Parts):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        for name in {"query", "key", "value"}:  # decides
            setattr(self, name, keras.layers.Dense(3))

    def children(self):
        return self.query, self.key, self.value


class SetOfArgument(Parts):
    def __init__(self, names=("query", "key"), **kwargs):
        super().__init__(**kwargs)
        self.names = names

    def build(self, input_shape):
        self.parts = {
            name: keras.layers.Dense(3)
            for name in frozenset(self.names)  # decides
        }

    def children(self):
        return [self.parts[name] for name in sorted(self.parts)]


class SetOfLayers(Parts):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.heads = {keras.layers.Dense(3), keras.layers.Dense(4)}  # decides

    def children(self):
        return sorted(self.heads, key=lambda head: head.units)


class LayersByUnits(Parts):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        heads = {keras.layers.Dense(3), keras.layers.Dense(4)}
        self.heads = {head.units: head for head in heads}  # decides

    def children(self):
        return self.heads[3], self.heads[4]


class SetOfMembers(Parts):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.parts = {}
        for part in set(Part):  # decides
            self.parts[part.name] = keras.layers.Dense(3)

    def children(self):
        return self.parts["QUERY"], self.parts["KEY"]


class SetOfFunction(Parts):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.parts = {name: keras.layers.Dense(3) for name in without_doubles(["query", "key", "key"])}

    def children(self):
        return self.parts["query"], self.parts["key"]


def without_doubles(names):
    return list(set(names))  # decides


BROKEN = [SetOfTexts, SetOfArgument, SetOfLayers, LayersByUnits, SetOfMembers, SetOfFunction]


class SortedTexts(Parts):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.parts = {name: keras.layers.Dense(3) for name in sorted({"query", "key"})}

    def children(self):
        return self.parts.values()


class SetOfNumbers(Parts):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.heads = [keras.layers.Dense(units) for units in {3, 4}]

    def children(self):
        return self.heads


class ChecksTexts(Parts):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        for name in {"units", "rate"}:
            if name in kwargs:
                raise ValueError(name)
        self.names = {"query", "key"}
        self.query, self.key = keras.layers.Dense(3), keras.layers.Dense(4)

    def build(self, input_shape):
        for name in self.names:
            getattr(self, name).build(input_shape)

    def children(self):
        return self.query, self.key


class AlikeInAnyOrder(Parts):
    """Its children differ in nothing, and the list has them in the order of their weights."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.heads = [keras.layers.Dense(3) for _ in {"query", "key"}]

    def children(self):
        return self.heads


class RandomKeys(Parts):
    numbers = iter(range(9999))

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.parts = {f"{name}_{next(self.numbers)}": keras.layers.Dense(3) for name in ("query", "key")}
        self.names = list({"query", "key"})

    def children(self):
        return self.parts.values()


SOUND = [SortedTexts, SetOfNumbers, ChecksTexts, AlikeInAnyOrder, RandomKeys]
