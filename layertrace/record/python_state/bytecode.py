"""Find in bytecode what a method reads and writes, directly or through the user's functions."""

from __future__ import annotations

import dis
import functools
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition
from layertrace.timeline import ownership
from layertrace.timeline.registry import Register

__all__ = [
    "STEPS",
    "Place",
    "Reads",
    "cells",
    "codes",
    "functions_behind",
    "globals_of",
    "is_layer",
    "methods_of",
    "names_in",
    "reachable",
    "read_by",
    "reads_of",
    "reads_of_held",
    "writes",
]

STEPS = ("train_step", "test_step", "predict_step")
"""The methods of a model that `fit`, `evaluate` and `predict` trace."""

_ITEMS = 16  # decorators that are followed, and instructions after a name that are read
_FUNCTIONS = 64  # functions of the user that are followed from one method
_CHANGERS = (
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft",
    "remove", "setdefault", "update",
)  # fmt: skip

Place = CodePosition


@dataclass(frozen=True, slots=True)
class Reads:
    """What the user's code mentions that runs when some methods of a class run.

    Attributes:
        names: The names of attributes and globals, and all strings, since `getattr` takes these.
        loaded: The names of attributes whose value is used; all strings, too, if there is a `getattr`.
        functions: Weak references to the functions, which may be deleted with their class.
    """

    names: frozenset[str]
    loaded: frozenset[str]
    functions: tuple[weakref.ref[FunctionType], ...]

    def living(self) -> list[FunctionType]:
        """Return the functions that still exist."""
        return [function for reference in self.functions if (function := reference()) is not None]


_getter: Any = vars(property)["fget"].__get__  # read here, since a derived class may override it

_reads: Register[dict[tuple[str, ...], Reads]] = Register()


def reads_of(cls: type, methods: tuple[str, ...] = ("call", *STEPS)) -> Reads:
    """Return what some methods of a class read, with the user's functions that they lead to."""
    by_methods = _reads.get(cls) or _reads.add(cls, {})
    if methods not in by_methods:
        functions = [function for name in methods for function in methods_of(cls, name)]
        by_methods[methods] = read_by(reachable(cls, functions))
    return by_methods[methods]


def read_by(functions: list[FunctionType]) -> Reads:
    """Return what some functions read."""
    names = {name for function in functions for name in names_in(function.__code__)}
    loaded = {name for function in functions for name in _loaded_in(function.__code__)}
    return Reads(frozenset(names), frozenset(loaded), tuple(map(weakref.ref, functions)))


_held_reads: Register[Reads] = Register()


def reads_of_held(attributes: dict[str, Any], without: frozenset[str]) -> list[Reads]:
    """Return what the user's functions read that a layer holds, such as the function of a Lambda.

    Args:
        attributes: The attributes of the layer.
        without: Those that do not count, since Keras sets them: the loss of a model.
    """
    found = []
    for name, value in list(attributes.items()):
        kind: type = type(value)
        if kind in (FunctionType, MethodType, functools.partial) and name not in without:
            for function in functions_behind(value):
                if not source_lines.is_internal(function.__code__.co_filename):
                    reads = _held_reads.get(function) or read_by(reachable(None, [function]))
                    found.append(_held_reads.get(function) or _held_reads.add(function, reads))
    return found


def methods_of(cls: type, name: str) -> list[FunctionType]:
    """Return the user's functions behind a name of a class, also those of its base classes."""
    owners = [
        owner
        for owner in safe.mro(cls)
        if name in safe.namespace(owner) and not safe.is_framework_class(owner)
    ]
    return [function for owner in owners for function in functions_behind(safe.namespace(owner)[name])]


def is_layer(value: object) -> bool:
    """Return whether an object is a layer of Keras, or of a class derived from one."""
    return any(safe.is_framework_class(cls) and cls.__name__ == "Layer" for cls in safe.mro(type(value)))


def functions_behind(value: Any) -> Iterator[FunctionType]:
    """Yield the functions of a method, a property or a `tf.function`, also below decorators."""
    for _ in range(_ITEMS):
        kind: type = type(value)
        if safe.is_a(value, ModuleType):  # reading an attribute of a lazy module of TensorFlow loads Keras
            return
        if kind is FunctionType:
            yield value
            value = vars(value).get("__wrapped__")
        elif safe.is_a(value, property):
            value = _getter(value)
        elif kind is functools.partial:
            value = value.func
        elif kind is staticmethod or kind is classmethod or kind is MethodType:
            value = value.__func__
        elif (inner := safe.framework_attribute(value, "__wrapped__")) is not None:  # a proxy
            value = inner
        else:
            value = safe.framework_attribute(value, "python_function")
            if value is None:
                return


def reachable(cls: type | None, todo: list[FunctionType]) -> list[FunctionType]:
    """Return functions, with the user's methods and functions that they mention.

    Args:
        cls: The class whose methods are followed; None for functions without one.
        todo: The functions to start from.
    """
    by_code: dict[CodeType, FunctionType] = {}
    packages = {_package(function) for function in todo}
    while todo and len(by_code) < _FUNCTIONS:
        function = todo.pop(0)
        code = function.__code__
        if code in by_code or not _is_followed(function, packages):
            continue
        by_code[code] = function
        for name in sorted(names_in(code)):
            if cls is not None:
                todo += methods_of(cls, name)
            todo += _functions_named(function, name)
    return list(by_code.values())


def _package(function: FunctionType) -> str:
    return ownership.package_of(function.__module__ or "")


def _is_followed(function: FunctionType, packages: set[str]) -> bool:
    """Return whether a function is the user's, or of the package that the method belongs to."""
    file = function.__code__.co_filename
    is_known = not ownership.is_installed_file(file) or _package(function) in packages
    return is_known and not source_lines.is_internal(file)


def _functions_named(function: FunctionType, name: str) -> Iterator[FunctionType]:
    for value in (dict.get(function.__globals__, name), cells(function).get(name)):
        if not safe.is_a(value, ModuleType):
            yield from functions_behind(value)
            if not safe.is_a(value, type) and not is_layer(
                value
            ):  # what a layer reads is kept with the layer
                for method in (*function.__code__.co_names, "__call__"):  # `schedule.weight()`
                    yield from methods_of(type(value), method)
            continue
        content = ModuleType.__getattribute__(value, "__dict__")
        module = content.get("__name__")
        if type(module) is str and not ownership.is_framework_name(module):
            for attribute in function.__code__.co_names:  # `helpers.noise()` mentions both names
                yield from functions_behind(content.get(attribute))


def cells(function: FunctionType) -> dict[str, object]:
    """Return the closure variables of a function, by name."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
    return {name: _content(cell) for name, cell in cells}


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet, or deleted
        return None


@lru_cache(maxsize=1024)
def names_in(code: CodeType) -> frozenset[str]:
    """Return all names and strings in some code, and in the functions inside it."""
    names = {*code.co_names, *code.co_freevars}
    for constant in code.co_consts:
        if isinstance(constant, str):
            names.add(constant)
        elif isinstance(constant, CodeType):
            names |= names_in(constant)
    return frozenset(names)


@lru_cache(maxsize=1024)
def _loaded_in(code: CodeType) -> frozenset[str]:
    """Return the attributes whose value some code uses, and the functions inside it."""
    loaded: set[str] = set()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            loaded |= _loaded_in(constant)
        elif isinstance(constant, str) and "getattr" in code.co_names:
            loaded.add(constant)
    steps = dis.get_instructions(code)
    return frozenset(loaded.union(step.argval for step in steps if step.opname in _LOADS))


_LOADS = ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR", "IMPORT_FROM")


def codes(functions: Iterable[FunctionType]) -> Iterator[tuple[FunctionType, CodeType]]:
    """Yield the code of each function, and of the functions inside it."""
    for function in functions:
        todo = [function.__code__]
        while todo:
            code = todo.pop()
            yield function, code
            todo += [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def writes(functions: Iterable[FunctionType], key: str) -> Place | None:
    """Return where some functions change the value of a key of a `Snapshot`."""
    name = key.partition("[")[0].rpartition(".")[2]
    for _, code in codes(functions):
        steps = list(dis.get_instructions(code))
        for number, step in enumerate(steps):
            if step.argval != name:
                continue
            if step.opname in ("STORE_ATTR", "STORE_GLOBAL", "STORE_DEREF"):
                return code, step.offset
            if step.opname.startswith("LOAD_") and _is_changed(steps[number + 1 : number + _ITEMS]):
                return code, step.offset
    return None


def _is_changed(after: list[dis.Instruction]) -> bool:
    """Return whether a loaded value is changed in place: `history.append(x)`, `counts["n"] += 1`."""
    for step in after:
        if step.opname in ("STORE_SUBSCR", "DELETE_SUBSCR") or step.argval in _CHANGERS:
            return True
        if step.opname.startswith(("STORE_", "POP_TOP", "RETURN", "POP_JUMP")):
            return False
    return False


@lru_cache(maxsize=1024)
def globals_of(code: CodeType) -> frozenset[str]:
    """Return the globals that some code reads or sets."""
    steps = dis.get_instructions(code)
    return frozenset(step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "STORE_GLOBAL"))
