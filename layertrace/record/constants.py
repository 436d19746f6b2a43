"""Read the Python state that a traced graph takes for constants: attributes, globals, closures."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from layertrace.record.generators import is_array
from layertrace.record.own_attributes import set_by_hosts
from layertrace.record.reads import Reads, cells, globals_of, is_hosts, reads_of
from layertrace.timeline.event import Opaque, Structure

__all__ = ["PLAIN", "Bytes", "Same", "Values", "in_words", "values_of"]

PLAIN = (bool, int, float, str)
_ITEMS = 16  # of one collection that are told one by one
_BYTES = 512  # of an array that is compared by value
Values = dict[str, Any]
"""What state was, by the way to it: `self.rate`, `self.config['rate']`, `Scale.rate`, `RATE`."""


class Same:
    """Stands for a function or an array: equal to itself only, and not keeping it."""

    __slots__ = ("reference", "said")

    def __init__(self, thing: Any, said: str) -> None:
        self.reference = weakref.ref(thing)
        self.said = said

    def __eq__(self, other: object) -> bool:
        mine = self.reference()
        return isinstance(other, Same) and mine is not None and mine is other.reference()

    __hash__ = None  # type: ignore[assignment]  # equal only as long as it lives


@dataclass(frozen=True, slots=True)
class Bytes:
    """Stands for a small array: equal to one with the same numbers."""

    content: bytes
    said: str


def in_words(value: Any) -> Structure:
    """Describe what only stands for a value."""
    return Opaque(value.said) if isinstance(value, (Same, Bytes)) else value


def values_of(layer: Any) -> Values:
    """Return the state that `call` and the steps of a layer bake into a graph, as it is now.

    What Keras's base classes set is left out, and of Keras's own layers what is not public: `rate` is.
    """
    cls: type = type(layer)
    base = set_by_hosts(cls)
    hosts = is_hosts(cls)
    reads = None if hosts else reads_of(cls)
    found: Values = {}
    for name, value in list(vars(layer).items()):
        if name in base or (hosts and (name.startswith("_") or hasattr(cls, name))):
            continue
        found.update(_values(f"self.{name}", value, None if reads is None else reads.names))
    if isinstance(trainable := vars(layer).get("_trainable"), bool):
        found["self.trainable"] = trainable
    if reads is not None:
        found.update(_of_classes(cls, reads.names, vars(layer)))
        found.update(_of_functions(reads))
    return found


def _values(path: str, value: Any, names: frozenset[str] | None) -> Iterator[tuple[str, Any]]:
    """Yield a value with its path, if a graph takes it for a constant, and the plain values inside of it.

    Args:
        path: The way to it.
        value: Whatever is there.
        names: What the user's code names, for the attributes of an object; None for a layer of Keras's.
    """
    plain = _plain(value)
    if plain is not None:
        yield path, plain[0]
    elif isinstance(value, (list, dict, set)):
        yield path, Opaque(f"<{_builtin(value)} of {len(value)}>")
        if names is not None and len(value) <= _ITEMS and not isinstance(value, set):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            inside = [(f"{path}[{key!r}]", _plain(one)) for key, one in items if type(key) in (int, str)]
            yield from ((at, one[0]) for at, one in inside if one is not None)
    elif isinstance(value, (FunctionType, BuiltinFunctionType)):
        yield path, Same(value, f"<function {value.__name__}>")
    elif names is not None and is_array(value):
        yield path, _array(value)
    elif names is not None:
        yield from _of_object(path, value, names)


def _plain(value: Any) -> tuple[Structure] | None:
    """Return a plain value in a tuple, NumPy's scalars too; None where it is none."""
    if value is None or type(value) in PLAIN:
        return (value,)
    if type(value) is tuple and len(value) <= 8 and all(type(v) in PLAIN for v in value):
        return (value,)
    if (numpy := sys.modules.get("numpy")) is not None and isinstance(value, (numpy.number, numpy.bool_)):
        number = value.item()
        return (number,) if type(number) in PLAIN else None
    return None


def _array(value: Any) -> Same | Bytes:
    said = f"<array {value.dtype.name}{list(value.shape)}>"
    if value.nbytes > _BYTES or value.dtype.hasobject:
        return Same(value, said)
    few = value.ravel()[:4].tolist()
    return Bytes(value.tobytes(), f"<array {few}{'' if value.size <= 4 else '…'}>")


def _of_object(path: str, value: Any, names: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Yield the plain attributes of a user's own object that the code names: `self.config.mode`."""
    cls: type = type(value)
    own = getattr(value, "__dict__", None)
    if not isinstance(own, dict) or isinstance(value, (type, ModuleType)) or any(map(is_hosts, cls.__mro__)):
        return
    found: dict[str, Any] = {}
    for owner in reversed(cls.__mro__):
        found.update(vars(owner))
    found.update(own)
    for name in names.intersection(found):
        plain = _plain(found[name]) if not name.startswith("__") else None
        if plain is not None:
            yield f"{path}.{name}", plain[0]


def _of_classes(cls: type, names: frozenset[str], own: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the plain attributes of the user's classes that the code names, and no layer's own hide."""
    for owner in cls.__mro__:
        if not is_hosts(owner) and owner is not object:
            for name in names.intersection(vars(owner)).difference(own):
                if not name.startswith("__"):
                    yield from _collected(f"{owner.__name__}.{name}", vars(owner)[name])


def _of_functions(reads: Reads) -> Iterator[tuple[str, Any]]:
    """Yield the plain globals that functions read, and what they took from functions around them."""
    for function in reads.living():
        found = {name: function.__globals__.get(name) for name in globals_of(function.__code__)}
        for name, value in {**found, **cells(function)}.items():
            if value is not None and not name.startswith("__"):
                yield from _collected(name, value)


def _collected(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield a value that may be changed and no function or array, of which code holds many for good."""
    if isinstance(value, (list, dict, set)) or _plain(value) is not None:
        yield from _values(path, value, frozenset())


def _builtin(value: Any) -> str:
    """Name the builtin behind Keras's tracked collections."""
    return next(kind.__name__ for kind in (list, dict, set) if isinstance(value, kind))
