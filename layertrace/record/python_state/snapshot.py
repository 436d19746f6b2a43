"""Read the Python state that becomes constants of a traced graph: attributes, globals, closures."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from layertrace.record.process import safe
from layertrace.record.python_state.bytecode import Reads, cells, globals_of, reads_of
from layertrace.record.python_state.framework_attributes import set_by_framework
from layertrace.record.python_state.random_generators import is_array
from layertrace.timeline.event import Opaque, Structure

__all__ = ["ArraySnapshot", "IdentitySnapshot", "Snapshot", "description", "values_of"]

_ITEMS = 16  # items of one collection that are compared one by one
_BYTES = 512  # the largest array that is compared by value
Snapshot = dict[str, object]
"""State at one moment, by its path: `self.rate`, `self.config['rate']`, `Scale.rate`, `RATE`."""


class IdentitySnapshot:
    """Stands for a function or an array without keeping it; equal only for the same object."""

    __slots__ = ("description", "reference")

    def __init__(self, thing: object, description: str) -> None:
        self.reference = weakref.ref(thing)
        self.description = description

    def __eq__(self, other: object) -> bool:
        mine = self.reference()
        return isinstance(other, IdentitySnapshot) and mine is not None and mine is other.reference()

    __hash__ = None  # type: ignore[assignment]  # equal only as long as it lives


@dataclass(frozen=True, slots=True)
class ArraySnapshot:
    """Stands for a small array; equal for arrays with the same numbers."""

    content: bytes
    description: str


def description(value: Any) -> Structure:
    """Describe a value of a snapshot."""
    return Opaque(value.description) if isinstance(value, (IdentitySnapshot, ArraySnapshot)) else value


def values_of(layer: object) -> Snapshot:
    """Return the present state that `call` and the steps of a layer make constants of a graph.

    Attributes that Keras's base classes assign are omitted. Of Keras's own layers only the public ones, such
    as `rate`, are included.
    """
    cls: type = type(layer)
    base = set_by_framework(cls)
    is_of_keras = safe.is_framework_class(cls)
    reads = None if is_of_keras else reads_of(cls)
    values: Snapshot = {}
    own = safe.instance_dict(layer)
    for name, value in list(own.items()):
        if type(name) is not str or name in base:
            continue
        if is_of_keras and (name.startswith("_") or hasattr(cls, name)):
            continue
        values.update(_values(f"self.{name}", value, None if reads is None else reads.names))
    if type(trainable := own.get("_trainable")) is bool:
        values["self.trainable"] = trainable
    if reads is not None:
        values.update(_class_attributes(cls, reads.names, own))
        values.update(_globals_and_closures(reads))
    return values


def _values(path: str, value: Any, names: frozenset[str] | None) -> Iterator[tuple[str, object]]:
    """Yield a value with its path if it becomes a constant of a graph, and the plain values inside it.

    Args:
        path: The path of the value.
        value: The value.
        names: The names that the user's code mentions, for the attributes of an object; None for a layer of
            Keras.
    """
    plain = _plain(value)
    kind: type = type(value)
    if plain is not None:
        yield path, plain[0]
    elif safe.is_a(value, set):
        yield path, Opaque(f"<set of {set.__len__(value)}>")
    elif (inner := _changeable(value)) is not None:
        size = safe.size_of(inner)
        yield path, Opaque(f"<{_builtin(inner)} of {size}>")
        if names is not None and size <= _ITEMS:
            items = safe.first_items(inner, _ITEMS)
            plain_items = [(key, _plain(item)) for key, item in items if type(key) is int or type(key) is str]
            yield from ((f"{path}[{key!r}]", item[0]) for key, item in plain_items if item is not None)
    elif kind is FunctionType or kind is BuiltinFunctionType:
        yield path, IdentitySnapshot(value, f"<function {value.__name__}>")
    elif names is not None and is_array(value):
        yield path, _array(value)
    elif names is not None:
        yield from _object_attributes(path, value, names)


def _plain(value: Any) -> tuple[Structure] | None:
    """Return a plain value, or a scalar of NumPy, in a tuple; None for any other value."""
    if value is None or safe.is_plain(value):
        return (value,)
    if type(value) is tuple and len(value) <= 8 and all(map(safe.is_plain, value)):
        return (value,)
    if (numpy := sys.modules.get("numpy")) is not None and safe.is_a(value, numpy.number, numpy.bool_):
        number = numpy.generic.item(value)
        return (number,) if safe.is_plain(number) else None
    return None


def _changeable(value: object) -> object:
    """Return the list or dict behind a value; None if it is neither."""
    inner = safe.unwrapped(value)
    return None if safe.is_a(inner, tuple) else inner


def _array(value: Any) -> IdentitySnapshot | ArraySnapshot:
    if value.nbytes > _BYTES or value.dtype.hasobject:
        return IdentitySnapshot(value, f"<array {value.dtype.name}{list(value.shape)}>")
    few = value.ravel()[:4].tolist()
    return ArraySnapshot(value.tobytes(), f"<array {few}{'' if value.size <= 4 else '…'}>")


def _object_attributes(path: str, value: object, names: frozenset[str]) -> Iterator[tuple[str, object]]:
    """Yield the plain attributes of a user's object that the code mentions: `self.config.mode`."""
    classes = safe.mro(type(value))
    own = safe.instance_dict(value)
    if safe.is_a(value, type, ModuleType) or any(map(safe.is_framework_class, classes)):
        return
    attributes: dict[str, object] = {}
    for owner in reversed(classes):
        attributes.update(safe.namespace(owner))
    attributes.update(own)
    for name in names.intersection(attributes):
        plain = _plain(attributes[name]) if not name.startswith("__") else None
        if plain is not None:
            yield f"{path}.{name}", plain[0]


def _class_attributes(
    cls: type, names: frozenset[str], own: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    """Yield the plain attributes of the user's classes that the code mentions and the layer does not hide."""
    for owner in safe.mro(cls):
        if not safe.is_framework_class(owner) and owner is not object:
            content = safe.namespace(owner)
            for name in names.intersection(content).difference(own):
                if not name.startswith("__"):
                    yield from _collected(f"{safe.name_of(owner)}.{name}", content[name])


def _globals_and_closures(reads: Reads) -> Iterator[tuple[str, object]]:
    """Yield the plain globals and closure variables that functions read."""
    for function in reads.living():
        own_globals = {name: dict.get(function.__globals__, name) for name in globals_of(function.__code__)}
        for name, value in {**own_globals, **cells(function)}.items():
            if value is not None and not name.startswith("__"):
                yield from _collected(name, value)


def _collected(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield a value, except a function or an array: code has many of these that never change."""
    if safe.is_a(value, set) or _changeable(value) is not None or _plain(value) is not None:
        yield from _values(path, value, frozenset())


def _builtin(value: object) -> str:
    """Return the name of the builtin behind a tracked collection of Keras."""
    return "dict" if safe.is_a(value, dict) else "list"
