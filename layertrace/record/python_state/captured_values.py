"""Describe what a function takes from around it: closure variables, globals, arguments of a partial."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from types import FunctionType, MethodType, ModuleType
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.trace_signatures import described, numbered
from layertrace.record.describe.values import describe
from layertrace.record.process import safe
from layertrace.record.python_state.bytecode import cells, codes, functions_behind, globals_of
from layertrace.timeline.event import Opaque, Structure, TensorSpec

__all__ = ["OWNER", "captured_values"]

OWNER = "self"
"""The name of the object that a method is bound to."""
_MOST = 64  # names of one function that are described


def captured_values(function: object) -> Mapping[str, Structure]:
    """Return what a function takes from around it, by name: a number by its value, an array by its identity.

    Args:
        function: The function, or a `functools.partial` of one.
    """
    values: dict[str, object] = {}
    while type(function) is functools.partial:
        values.update((f"argument {number}", value) for number, value in enumerate(function.args))
        values.update(function.keywords)
        function = function.func
    for bare in functions_behind(function):
        if not source_lines.is_internal(bare.__code__.co_filename):
            values.update(_around(bare))
    captured = {name: _described(value) for name, value in safe.first_items(values, _MOST)}
    if type(function) is MethodType:
        owner = function.__self__
        captured[OWNER] = Opaque(f"<{safe.class_name(owner)} #{numbered(owner)}>")
    return captured


def _around(function: FunctionType) -> Iterator[tuple[str, object]]:
    """Yield the closure variables and globals that a function reads, without modules and classes."""
    names = {name for _, code in codes([function]) for name in globals_of(code)}
    known = {name: dict.get(function.__globals__, name) for name in sorted(names)}
    for name, value in {**known, **cells(function)}.items():
        if value is not None and not safe.is_a(value, ModuleType, type):
            yield name, value


def _described(value: Any) -> Structure:
    structure = describe(value)
    if isinstance(structure, TensorSpec):
        number = numbered(value)
        return structure if number is None else Opaque(f"<array {structure} #{number}>")
    is_object = isinstance(structure, Opaque) and safe.code_name(value) is None
    return described(value) if is_object else structure
