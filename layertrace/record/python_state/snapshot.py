"""Read the Python state that a traced graph takes for constants: attributes, globals, closures."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from layertrace.record.process import safe
from layertrace.record.python_state.bytecode import Reads, cells, globals_of, is_framework_class, reads_of
from layertrace.record.python_state.framework_attributes import set_by_framework
from layertrace.record.python_state.random_generators import is_array
from layertrace.timeline.event import Opaque, Structure

__all__ = ["ArraySnapshot", "IdentitySnapshot", "Snapshot", "description", "values_of"]

_ITEMS = 16  # of one collection that are told one by one
_BYTES = 512  # of an array that is compared by value
Snapshot = dict[str, object]
"""What state was, by the way to it: `self.rate`, `self.config['rate']`, `Scale.rate`, `RATE`."""


class IdentitySnapshot:
    """Stands for a function or an array: equal to itself only, and not keeping it."""

    __slots__ = ("reference", "said")

    def __init__(self, thing: object, said: str) -> None:
        self.reference = weakref.ref(thing)
        self.said = said

    def __eq__(self, other: object) -> bool:
        mine = self.reference()
        return isinstance(other, IdentitySnapshot) and mine is not None and mine is other.reference()

    __hash__ = None  # type: ignore[assignment]  # equal only as long as it lives


@dataclass(frozen=True, slots=True)
class ArraySnapshot:
    """Stands for a small array: equal to one with the same numbers."""

    content: bytes
    said: str


def description(value: Any) -> Structure:
    """Describe what only stands for a value."""
    return Opaque(value.said) if isinstance(value, (IdentitySnapshot, ArraySnapshot)) else value


def values_of(layer: object) -> Snapshot:
    """Return the state that `call` and the steps of a layer bake into a graph, as it is now.

    What Keras's base classes set is left out, and of Keras's own layers what is not public: `rate` is.
    """
    cls: type = type(layer)
    base = set_by_framework(cls)
    hosts = is_framework_class(cls)
    reads = None if hosts else reads_of(cls)
    found: Snapshot = {}
    own = safe.instance_dict(layer)
    for name, value in list(own.items()):
        if type(name) is not str or name in base or (hosts and (name.startswith("_") or hasattr(cls, name))):
            continue
        found.update(_values(f"self.{name}", value, None if reads is None else reads.names))
    if type(trainable := own.get("_trainable")) is bool:
        found["self.trainable"] = trainable
    if reads is not None:
        found.update(_of_classes(cls, reads.names, own))
        found.update(_of_functions(reads))
    return found


def _values(path: str, value: Any, names: frozenset[str] | None) -> Iterator[tuple[str, object]]:
    """Yield a value with its path, if a graph takes it for a constant, and the plain values inside of it.

    Args:
        path: The way to it.
        value: Whatever is there.
        names: What the user's code names, for the attributes of an object; None for a layer of Keras's.
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
            numbered = [(key, one) for key, one in items if type(key) is int or type(key) is str]
            inside = [(f"{path}[{key!r}]", _plain(one)) for key, one in numbered]
            yield from ((at, one[0]) for at, one in inside if one is not None)
    elif kind is FunctionType or kind is BuiltinFunctionType:
        yield path, IdentitySnapshot(value, f"<function {value.__name__}>")
    elif names is not None and is_array(value):
        yield path, _array(value)
    elif names is not None:
        yield from _of_object(path, value, names)


def _plain(value: Any) -> tuple[Structure] | None:
    """Return a plain value in a tuple, NumPy's scalars too; None where it is none."""
    if value is None or safe.is_plain(value):
        return (value,)
    if type(value) is tuple and len(value) <= 8 and all(map(safe.is_plain, value)):
        return (value,)
    if (numpy := sys.modules.get("numpy")) is not None and safe.is_a(value, numpy.number, numpy.bool_):
        number = numpy.generic.item(value)
        return (number,) if safe.is_plain(number) else None
    return None


def _changeable(value: object) -> object:
    """Return the list or dict behind a value; None where it is not one."""
    inner = safe.unwrapped(value)
    return None if safe.is_a(inner, tuple) else inner


def _array(value: Any) -> IdentitySnapshot | ArraySnapshot:
    said = f"<array {value.dtype.name}{list(value.shape)}>"
    if value.nbytes > _BYTES or value.dtype.hasobject:
        return IdentitySnapshot(value, said)
    few = value.ravel()[:4].tolist()
    return ArraySnapshot(value.tobytes(), f"<array {few}{'' if value.size <= 4 else '…'}>")


def _of_object(path: str, value: object, names: frozenset[str]) -> Iterator[tuple[str, object]]:
    """Yield the plain attributes of a user's own object that the code names: `self.config.mode`."""
    classes = safe.mro(type(value))
    own = safe.instance_dict(value)
    if safe.is_a(value, type, ModuleType) or any(map(is_framework_class, classes)):
        return
    found: dict[str, object] = {}
    for owner in reversed(classes):
        found.update(safe.namespace(owner))
    found.update(own)
    for name in names.intersection(found):
        plain = _plain(found[name]) if not name.startswith("__") else None
        if plain is not None:
            yield f"{path}.{name}", plain[0]


def _of_classes(cls: type, names: frozenset[str], own: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield the plain attributes of the user's classes that the code names, and no layer's own hide."""
    for owner in safe.mro(cls):
        if not is_framework_class(owner) and owner is not object:
            content = safe.namespace(owner)
            for name in names.intersection(content).difference(own):
                if not name.startswith("__"):
                    yield from _collected(f"{safe.name_of(owner)}.{name}", content[name])


def _of_functions(reads: Reads) -> Iterator[tuple[str, object]]:
    """Yield the plain globals that functions read, and what they took from functions around them."""
    for function in reads.living():
        found = {name: dict.get(function.__globals__, name) for name in globals_of(function.__code__)}
        for name, value in {**found, **cells(function)}.items():
            if value is not None and not name.startswith("__"):
                yield from _collected(name, value)


def _collected(path: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield a value that may be changed and no function or array, of which code holds many for good."""
    if safe.is_a(value, set) or _changeable(value) is not None or _plain(value) is not None:
        yield from _values(path, value, frozenset())


def _builtin(value: object) -> str:
    """Name the builtin behind Keras's tracked collections."""
    return "dict" if safe.is_a(value, dict) else "list"
