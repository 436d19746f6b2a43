"""Find where code draws from the random generators of Python and NumPy."""

from __future__ import annotations

import datetime
import dis
import random
import sys
import time
from collections.abc import Iterable, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from layertrace.record.describe.values import is_array
from layertrace.record.process import safe
from layertrace.record.python_state.bytecode import Place, cells, codes, globals_of

__all__ = ["clock_read_at", "drawn_at", "generators_of"]


def generators_of(layer: object, functions: Iterable[FunctionType]) -> dict[str, object]:
    """Return the states of the random generators of Python and NumPy that some code may draw from."""
    states: dict[str, object] = {"random": hash(random.getstate())}
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        states["numpy.random"] = _digest(numpy.random.get_state(legacy=False))
    attributes = {} if layer is None else safe.instance_dict(layer)
    values = {f"self.{name}": value for name, value in list(attributes.items())}
    for function in functions:
        values.update({name: dict.get(function.__globals__, name) for name in globals_of(function.__code__)})
        values.update(cells(function))
    for name, value in values.items():
        if type(value) is random.Random:  # a derived class may have any state
            states[name] = hash(random.Random.getstate(value))
        elif numpy is not None and type(value) is numpy.random.Generator:
            source = value.bit_generator
            if safe.is_library_class(type(source)):
                states[name] = _digest(source.state)
    return states


def _digest(state: Any) -> object:
    """Return a small value that differs if the state of a generator of NumPy differs."""
    if isinstance(state, Mapping):
        return tuple((name, _digest(value)) for name, value in state.items())
    return hash(state.tobytes()) if is_array(state) else state


def clock_read_at(functions: list[FunctionType]) -> Place | None:
    """Return where some functions ask for the time."""
    for function, code in codes(functions):
        if not _CLOCKS.intersection(code.co_names):
            continue
        steps = list(dis.get_instructions(code))
        for step, after in zip(steps, [*steps[1:], None], strict=True):
            if not step.opname.startswith("LOAD_") or not isinstance(step.argval, str):
                continue
            value = {**function.__globals__, **cells(function)}.get(step.argval)
            following = None if after is None else after.argval
            if (
                type(value) is BuiltinFunctionType
                and value.__module__ == "time"
                and value.__name__ in _CLOCKS
            ):
                return code, step.offset
            if (value is time or value is datetime.datetime) and following in _CLOCKS:
                return code, step.offset
            if value is datetime and "datetime" in code.co_names and _CLOCKS.intersection(code.co_names):
                return code, step.offset
    return None


_CLOCKS = frozenset(
    {"time", "time_ns", "perf_counter", "monotonic", "process_time", "now", "utcnow", "today"}
)


def drawn_at(functions: list[FunctionType], generator: str) -> Place | None:
    """Return where some functions use a generator."""
    for function, code in codes(functions):
        steps = list(dis.get_instructions(code))
        imported: dict[str, object] = {}
        for step, after in zip(steps, [*steps[1:], None], strict=True):
            following = None if after is None else after.argval
            if step.opname == "IMPORT_NAME" and isinstance(following, str):
                imported[following] = sys.modules.get(step.argval)
            elif step.opname.startswith("LOAD_") and isinstance(step.argval, str):
                named = {**function.__globals__, **cells(function), **imported}
                if _leads_to(generator, step.argval, named.get(step.argval), following):
                    return code, step.offset
    return None


def _leads_to(generator: str, name: str, value: Any, following: object) -> bool:
    """Return whether a name, with the one after it, stands for a generator or a function of it."""
    if generator not in ("random", "numpy.random"):
        return name == generator.removeprefix("self.")
    numpy = sys.modules.get("numpy")
    kind: type = type(value)
    bound = value.__self__ if kind is BuiltinFunctionType or kind is MethodType else None
    if generator == "random":
        return value is random or (bound is not None and bound is getattr(random.random, "__self__", None))
    if numpy is None or value is None:
        return False
    drawn = bound is not None and bound is numpy.random.rand.__self__
    return value is numpy.random or (value is numpy and following == "random") or drawn
