"""Find what reads Python state while it is traced, besides layers: losses, metrics and functions."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Iterable, Iterator
from types import FunctionType, MethodType
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.keras_functions import keras_function
from layertrace.record.describe.retrace_causes import mapped_function
from layertrace.record.process import safe
from layertrace.record.python_state.bytecode import (
    STEPS,
    Place,
    Reads,
    functions_behind,
    is_layer,
    methods_of,
    reachable,
    read_by,
)
from layertrace.record.python_state.framework_attributes import set_by_framework
from layertrace.record.python_state.snapshot import Snapshot, attributes_read, globals_and_closures
from layertrace.timeline.registry import Register

__all__ = ["Reader", "held_readers", "readers_of"]

_MOST = 32  # losses and metrics of one model that are followed
_METHODS = ("call", "update_state", "result", "__call__")
_WRAPPED = ("fn", "_fn")  # where Keras's wrappers hold the function of a loss or metric


class Reader:
    """A function of the user's, or an object with one, whose Python state becomes constants of a graph.

    Attributes:
        name: What messages call it: `blend`, `Focal`, `Trainer.step`.
        role: `loss`, `metric`, `schedule`, `tf.function`, `dataset function` or `layer function`.
        reads: What its code reads.
        place: Where it is defined.
    """

    __slots__ = ("_owner", "name", "place", "reads", "role")

    def __init__(self, name: str, role: str, functions: list[FunctionType], owner: object) -> None:
        cls = None if owner is None else type(owner)
        self.name = name
        self.role = role
        self.reads: Reads = read_by(reachable(cls, list(functions)))
        self.place: Place = (functions[0].__code__, -1)
        self._owner = _reference(owner)

    @property
    def owner(self) -> object:
        """The object whose method it is; None for a function, or if the object has been deleted."""
        return None if self._owner is None else self._owner()

    @property
    def key(self) -> tuple[str, int]:
        """What distinguishes it from the other readers of a graph."""
        return self.name, id(self.place[0]) if self._owner is None else id(self._owner())

    def values(self) -> Snapshot:
        """Return the present state that it makes constants of a graph."""
        values = dict(globals_and_closures(self.reads))
        if (owner := self.owner) is not None:
            values.update(attributes_read(owner, self.reads))
        return values


def _reference(owner: object) -> weakref.ref[object] | None:
    try:
        return None if owner is None else weakref.ref(owner)
    except TypeError:  # an object that allows no weak references, such as one with `__slots__`
        return None


def readers_of(function: object) -> list[Reader]:
    """Return what reads Python state when a function is traced, except the methods of layers.

    Args:
        function: The Python function that a `tf.function` traces.
    """
    created = keras_function(function)
    if created is not None:
        return list(_of_model(created.model)) if created.role != "predict" else []
    mapped = mapped_function(function)
    if mapped is not None:
        return list(_reader(mapped, "dataset function"))
    return list(_reader(function, "tf.function"))


_held: Register[Reader] = Register()


def held_readers(layer: object) -> list[Reader]:
    """Return the user's functions that a layer of Keras holds, such as that of a Lambda, or an activation."""
    without = set_by_framework(type(layer))
    kinds: tuple[type, ...] = (FunctionType, MethodType, functools.partial)
    held = [
        function
        for name, value in list(safe.instance_dict(layer).items())
        if type(value) in kinds and name not in without
        for function in functions_behind(value)
    ]
    return [_held_reader(each) for each in held if not source_lines.is_internal(each.__code__.co_filename)]


def _held_reader(function: FunctionType) -> Reader:
    known = _held.get(function)
    return known or _held.add(function, Reader(function.__name__, "layer function", [function], None))


def _of_model(model: object) -> Iterator[Reader]:
    """Yield the losses and metrics that a model was compiled with, if the user wrote them."""
    own = safe.instance_dict(model)
    losses = [own.get("loss"), *_inside(own.get("_compile_loss"), "_user_loss")]
    losses += _inside(own.get("compiled_loss"), "_user_losses")
    metrics: list[object] = []
    for holder in ("_compile_metrics", "compiled_metrics"):
        for name in ("_user_metrics", "_user_weighted_metrics"):
            metrics += _inside(own.get(holder), name)
    seen: set[int] = set()
    schedules = _inside(own.get("optimizer"), "_learning_rate")
    for role, things in (("loss", losses), ("metric", metrics), ("schedule", schedules)):
        for thing in _flat(things, depth=3):
            if id(thing) not in seen and len(seen) < _MOST:
                seen.add(id(thing))
                yield from _reader(thing, role)


def _inside(thing: object, name: str) -> list[object]:
    return [] if thing is None else [safe.instance_dict(thing).get(name)]


def _flat(things: Iterable[object], depth: int) -> Iterator[object]:
    """Yield what is in lists and dicts of losses or metrics."""
    for thing in things:
        inner = safe.unwrapped(thing)
        if inner is None:
            yield thing
        elif depth:
            yield from _flat((item for _, item in safe.first_items(inner, _MOST)), depth - 1)


def _reader(thing: Any, role: str) -> Iterator[Reader]:
    """Yield the reader that a function or a callable object is, if the user wrote it."""
    for name in _WRAPPED:
        inner = safe.instance_dict(thing).get(name) if safe.is_framework_class(type(thing)) else None
        if inner is not None:
            yield from _reader(inner, role)
            return
    functions, owner = _code_of(thing)
    users = [each for each in functions if not source_lines.is_internal(each.__code__.co_filename)]
    method = users[0].__name__ if users else ""
    # What `call` and the steps of a layer read is kept with the layer.
    if users and not (method in ("call", *STEPS) and is_layer(owner)):
        name = method if owner is None else safe.class_name(owner)
        is_plain_method = owner is not None and method not in _METHODS
        yield Reader(f"{name}.{method}" if is_plain_method else name, role, users, owner)


def _code_of(thing: Any) -> tuple[list[FunctionType], object]:
    """Return the functions that run when something is called, and the object that they are methods of."""
    bare = thing
    for _ in range(8):
        if type(bare) is functools.partial:
            bare = bare.func
        elif (inner := safe.framework_attribute(bare, "python_function")) is not None:  # a `tf.function`
            bare = inner
        elif safe.unwrap(bare) is not bare:
            bare = safe.unwrap(bare)
        else:
            break
    if type(bare) is MethodType:
        owner: Any = bare.__self__
        if safe.class_name(owner) == "TfMethodTarget":  # what TensorFlow binds methods to
            owner = safe.framework_attribute(owner, "target")
        return list(functions_behind(bare)), owner
    functions = list(functions_behind(bare))
    if functions or safe.is_a(bare, type) or safe.is_plain(bare) or bare is None:
        return functions, None
    return [method for name in _METHODS for method in methods_of(type(bare), name)], bare
