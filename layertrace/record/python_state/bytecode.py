"""Read off bytecode what code reads and writes: a method's, and that of the user's functions it leads to."""

from __future__ import annotations

import dis
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import Register

__all__ = [
    "STEPS",
    "Place",
    "Reads",
    "cells",
    "codes",
    "functions_behind",
    "globals_of",
    "is_framework_class",
    "methods_of",
    "names_in",
    "reachable",
    "read_by",
    "reads_of",
    "writes",
]

STEPS = ("train_step", "test_step", "predict_step")
"""The methods of a model that `fit`, `evaluate` and `predict` trace."""

_HOSTS = ("keras", "tf_keras", "tensorflow")
_ITEMS = 16  # decorators that are looked below, steps after a name that are looked at
_FUNCTIONS = 64  # functions of the user's that one method is followed into
_CHANGERS = (
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft",
    "remove", "setdefault", "update",
)  # fmt: skip

Place = CodePosition


def is_framework_class(cls: type) -> bool:
    """Tell a class of Keras or TensorFlow from a user's."""
    return safe.module_of(cls).partition(".")[0] in _HOSTS


@dataclass(frozen=True, slots=True)
class Reads:
    """What the user's code names that runs when some methods of a class do.

    Attributes:
        names: Of attributes and globals, and all strings, since `getattr` takes them.
        functions: The functions, which may be gone with their class.
    """

    names: frozenset[str]
    functions: tuple[weakref.ref[FunctionType], ...]

    def living(self) -> list[FunctionType]:
        """Return the functions that are still there."""
        return [function for one in self.functions if (function := one()) is not None]


_getter: Any = vars(property)["fget"].__get__  # which a class derived from it may override

_reads: Register[dict[tuple[str, ...], Reads]] = Register()


def reads_of(cls: type, methods: tuple[str, ...] = ("call", *STEPS)) -> Reads:
    """Return what some methods of a class read, themselves and the user's functions that they lead to."""
    known = _reads.get(cls) or _reads.add(cls, {})
    if methods not in known:
        known[methods] = read_by(reachable(cls, [one for name in methods for one in methods_of(cls, name)]))
    return known[methods]


def read_by(functions: list[FunctionType]) -> Reads:
    """Return what some functions read."""
    names = {name for function in functions for name in names_in(function.__code__)}
    return Reads(frozenset(names), tuple(map(weakref.ref, functions)))


def methods_of(cls: type, name: str) -> list[FunctionType]:
    """Return the user's functions behind a name of a class, those of its base classes too."""
    owners = [
        owner for owner in safe.mro(cls) if name in safe.namespace(owner) and not is_framework_class(owner)
    ]
    return [one for owner in owners for one in functions_behind(safe.namespace(owner)[name])]


def functions_behind(value: Any) -> Iterator[FunctionType]:
    """Yield the functions behind a method, a property, a `tf.function`, and below decorators."""
    for _ in range(_ITEMS):
        kind: type = type(value)
        if safe.is_a(value, ModuleType):  # TensorFlow's load Keras when they are asked for something
            return
        if kind is FunctionType:
            yield value
            value = vars(value).get("__wrapped__")
        elif safe.is_a(value, property):
            value = _getter(value)
        elif kind is staticmethod or kind is classmethod or kind is MethodType:
            value = value.__func__
        elif (inner := safe.framework_attribute(value, "__wrapped__")) is not None:  # a proxy
            value = inner
        else:
            value = safe.framework_attribute(value, "python_function")
            if value is None:
                return


def reachable(cls: type | None, todo: list[FunctionType]) -> list[FunctionType]:
    """Return functions and the user's that they name: methods of their class, functions of modules."""
    found: dict[CodeType, FunctionType] = {}
    homes = {_package(function) for function in todo}
    while todo and len(found) < _FUNCTIONS:
        function = todo.pop(0)
        code = function.__code__
        if code in found or not _is_followed(function, homes):
            continue
        found[code] = function
        for name in sorted(names_in(code)):
            if cls is not None:
                todo += methods_of(cls, name)
            todo += _functions_named(function, name)
    return list(found.values())


def _package(function: FunctionType) -> str:
    return (function.__module__ or "").partition(".")[0]


def _is_followed(function: FunctionType, homes: set[str]) -> bool:
    """Tell the user's code, and that of the package which the method is of, from other packages'."""
    file = function.__code__.co_filename
    is_installed = "site-packages" in file or "dist-packages" in file
    return not source_lines.is_internal(file) and (not is_installed or _package(function) in homes)


def _functions_named(function: FunctionType, name: str) -> Iterator[FunctionType]:
    for value in (dict.get(function.__globals__, name), cells(function).get(name)):
        if not safe.is_a(value, ModuleType):
            yield from functions_behind(value)
            continue
        content = ModuleType.__getattribute__(value, "__dict__")
        home = content.get("__name__")  # `helpers.noise()`: both names are there
        if type(home) is str and home.partition(".")[0] not in _HOSTS:
            for inside in function.__code__.co_names:
                yield from functions_behind(content.get(inside))


def cells(function: FunctionType) -> dict[str, object]:
    """Return what a function took from the functions around it, by name."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
    return {name: _content(cell) for name, cell in cells}


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return None


@lru_cache(maxsize=1024)
def names_in(code: CodeType) -> frozenset[str]:
    """Return all names and strings in some code, and in the functions inside of it."""
    found = {*code.co_names, *code.co_freevars}
    for constant in code.co_consts:
        if isinstance(constant, str):
            found.add(constant)
        elif isinstance(constant, CodeType):
            found |= names_in(constant)
    return frozenset(found)


def codes(functions: Iterable[FunctionType]) -> Iterator[tuple[FunctionType, CodeType]]:
    """Yield the code of functions with that of the functions inside."""
    for function in functions:
        todo = [function.__code__]
        while todo:
            code = todo.pop()
            yield function, code
            todo += [one for one in code.co_consts if isinstance(one, CodeType)]


def writes(functions: Iterable[FunctionType], key: str) -> Place | None:
    """Return where some code changes what a key of `Values` leads to."""
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
    """Tell whether what was loaded is changed in place: `history.append(x)`, `counts["n"] += 1`."""
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
