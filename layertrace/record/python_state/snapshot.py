"""Read the Python state that becomes constants of a traced graph: attributes, globals, closures."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.values import describe, is_array
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.process import safe
from layertrace.record.python_state.bytecode import (
    Reads,
    cells,
    codes,
    globals_of,
    is_layer,
    methods_of,
    reads_of,
    reads_of_held,
)
from layertrace.record.python_state.framework_attributes import assigned_by_framework, set_by_framework
from layertrace.timeline.event import Opaque, Structure
from layertrace.timeline.ownership import is_installed_file

__all__ = [
    "ArraySnapshot",
    "IdentitySnapshot",
    "Snapshot",
    "attributes_read",
    "description",
    "globals_and_closures",
    "values_of",
]

_ITEMS = 16  # items of one collection that are compared one by one
_BYTES = 512  # the largest array that is compared by value
_DEPTH = 2  # how many objects and dicts inside another are followed: `self.config.loss.alpha`
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
    as `rate`, are included, and what the functions read that a layer holds, such as that of a Lambda.
    """
    cls: type = type(layer)
    base = set_by_framework(cls)
    is_of_keras = safe.is_framework_class(cls)
    reads = None if is_of_keras else reads_of(cls)
    values: Snapshot = {}
    own = safe.instance_dict(layer)
    for held in reads_of_held(own, base):
        values.update(globals_and_closures(held))
    for name, value in list(own.items()):
        if type(name) is not str or name in base:
            continue
        if is_of_keras and (name.startswith("_") or hasattr(cls, name)):
            continue
        values.update(_values(f"self.{name}", value, None if reads is None else reads.names))
    if type(trainable := own.get("_trainable")) is bool:
        values["self.trainable"] = trainable
    if type(eagerly := own.get("_run_eagerly")) is bool:  # of a model
        values["self.run_eagerly"] = eagerly
    if reads is not None:
        values.update(_class_attributes(cls, reads.names, own))
        values.update(globals_and_closures(reads))
    return values


def _values(
    path: str, value: Any, names: frozenset[str] | None, depth: int = 0
) -> Iterator[tuple[str, object]]:
    """Yield a value with its path if it becomes a constant of a graph, and the plain values inside it.

    Args:
        path: The path of the value.
        value: The value.
        names: The names that the user's code mentions, for the attributes of an object; None for a layer of
            Keras.
        depth: How many objects and dicts the value is inside.
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
            for key, item in items:
                if type(key) is not int and type(key) is not str:
                    continue
                inside = f"{path}[{key!r}]"
                if (plain_item := _plain(item)) is not None:
                    yield inside, plain_item[0]
                elif depth < _DEPTH and safe.is_a(safe.unwrapped(item), dict):  # settings in settings
                    yield from _values(inside, item, names, depth + 1)
    elif kind is FunctionType or kind is BuiltinFunctionType:
        yield path, IdentitySnapshot(value, f"<function {value.__name__}>")
    elif names is not None and is_array(value):
        yield path, _array(value)
    elif names is not None and (replaceable := _replaceable(value)) is not None:
        yield path, replaceable
    elif names is not None:
        yield from _object_attributes(path, value, names, depth)
    elif not safe.is_library_class(kind) and not is_layer(value):  # such as a regularizer of the user's
        yield from _object_attributes(path, value, frozenset())


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


def _replaceable(value: Any) -> IdentitySnapshot | ArraySnapshot | None:
    """Return what stands for an eager tensor, or for a variable that another may replace."""
    backend = Loaded.backend
    if backend.is_eager_tensor(value):
        if Loaded.tf is None:
            return IdentitySnapshot(value, f"<tensor {describe(value)}>")
        dtype, shape = value.dtype, value.shape
        described = f"<tensor {dtype.name}{shape.as_list()}>"
        is_small = (dtype.is_floating or dtype.is_integer or dtype.is_bool) and (
            (shape.num_elements() or 0) * dtype.size <= _BYTES
        )
        if not is_small or "CPU" not in value.device:
            return IdentitySnapshot(value, described)
        array = value.numpy()
        few = array.ravel()[:4].tolist()
        return ArraySnapshot(array.tobytes(), f"<tensor {few[0] if array.ndim == 0 else few}>")
    if backend.is_raw_variable(value) or any(
        safe.is_framework_class(cls) and cls.__name__ in _REPLACEABLE for cls in safe.mro(type(value))
    ):
        return IdentitySnapshot(value, f"<{safe.class_name(value)}{_name_of(value)}>")
    return None


def _name_of(value: object) -> str:
    own = safe.instance_dict(value)
    name = own.get("_name", own.get("name"))
    return f" {name}" if type(name) is str and name else ""


_REPLACEABLE = ("KerasVariable", "Variable", "Layer", "BaseOptimizer", "Optimizer")
"""Classes of the frameworks whose objects a graph keeps, whatever a name stands for later."""


def _object_attributes(
    path: str, value: object, names: frozenset[str], depth: int = 0
) -> Iterator[tuple[str, object]]:
    """Yield the attributes of a user's object that the code mentions: `self.config.mode`.

    Code that the object itself brings counts as well: the `call` of a loss, or the `__call__` of any object.
    """
    cls: type = type(value)
    classes = safe.mro(cls)
    if depth > _DEPTH or safe.is_a(value, type, ModuleType) or safe.is_framework_class(cls):
        return
    attributes: dict[str, object] = {}
    for owner in reversed(classes):
        if not safe.is_framework_class(owner):
            attributes.update(safe.namespace(owner))
    attributes.update(safe.instance_dict(value))
    of_framework = assigned_by_framework(cls)
    methods = tuple(name for name in _RUN if name in attributes or methods_of(cls, name))
    mentioned = names | reads_of(cls, methods).names if methods else names
    for name in mentioned.intersection(attributes).difference(of_framework):
        inner = attributes[name]
        if not name.startswith("__") and not safe.is_a(inner, property, *_METHODS):
            yield from _values(f"{path}.{name}", inner, mentioned, depth + 1)


_RUN = ("__call__", "call", "update_state", "result")
"""The methods that are run when an object is used as a loss, metric, schedule or function."""
_METHODS = (FunctionType, staticmethod, classmethod)


def attributes_read(thing: object, reads: Reads) -> Iterator[tuple[str, object]]:
    """Yield the attributes of an object, as `self.alpha`, that the code of its methods reads."""
    own = safe.instance_dict(thing)
    of_framework = assigned_by_framework(type(thing))
    for name, value in list(own.items()):
        if type(name) is str and name in reads.loaded and name not in of_framework:
            yield from _values(f"self.{name}", value, reads.names)
    yield from _class_attributes(type(thing), reads.loaded, own)


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


def globals_and_closures(reads: Reads) -> Iterator[tuple[str, object]]:
    """Yield the globals, closure variables and attributes of the user's modules that functions read."""
    for function in reads.living():
        names = {name for _, code in codes([function]) for name in globals_of(code)}
        own_globals = {name: dict.get(function.__globals__, name) for name in names}
        for name, value in {**own_globals, **cells(function)}.items():
            if value is None or name.startswith("__"):
                continue
            if safe.is_a(value, ModuleType):
                yield from _of_module(name, value, reads.loaded)
            else:
                yield from _collected(name, value, reads.loaded)


def _of_module(path: str, module: Any, names: frozenset[str]) -> Iterator[tuple[str, object]]:
    """Yield the plain content of a module of the user's that the code mentions: `settings.RATE`."""
    content = ModuleType.__getattribute__(module, "__dict__")
    file = content.get("__file__")
    if type(file) is str and not source_lines.is_internal(file) and not is_installed_file(file):
        for name in names.intersection(content):
            if not name.startswith("__"):
                yield from _collected(f"{path}.{name}", content[name])


def _collected(path: str, value: object, names: frozenset[str] = frozenset()) -> Iterator[tuple[str, object]]:
    """Yield a value, except a function: code has many of these that never change."""
    kind: type = type(value)
    if kind is not FunctionType and kind is not BuiltinFunctionType:
        yield from _values(path, value, names)


def _builtin(value: object) -> str:
    """Return the name of the builtin behind a tracked collection of Keras."""
    return "dict" if safe.is_a(value, dict) else "list"
