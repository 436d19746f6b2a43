"""Describe the arguments of a `jax.jit` function, on which JAX specializes a trace."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any, NamedTuple

from layertrace.record.describe.trace_signatures import described
from layertrace.record.describe.values import describe, dtype_name, key_text, tensor_shape
from layertrace.record.process import safe
from layertrace.timeline.event import Opaque, Structure, TensorSpec
from layertrace.timeline.registry import Register

__all__ = ["jit_signature"]

_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class _Leaf(NamedTuple):
    """What JAX knows of one array: its path from the argument, as JAX writes it, and its abstract value."""

    path: str
    value: Any


def jit_signature(
    info: Any,
    paths: Sequence[Any] | None,
    avals: Sequence[Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> dict[str, Structure]:
    """Return what each argument is specialized on: an array its dtype and shape, a static one its value.

    The order of the arrays is JAX's: those of positional arguments, then those of keywords by name, and of
    dictionaries by key. Containers of the program are not opened: JAX's paths name the arrays inside.

    Args:
        info: JAX's `PjitInfo` of the function (JAX 0.9 to 0.12).
        paths: The path of each array, such as `data[0]`.
        avals: The abstract value of each array.
        args: The positional arguments.
        kwargs: The keyword arguments.
    """
    if paths is None or len(paths) != len(avals):
        paths = [f"argument {number}" for number in range(len(avals))]
    leaves = [_Leaf(str(path), aval) for path, aval in zip(paths, avals, strict=True)]
    reader = _Leaves(leaves)
    signature = {
        name: _static(value) if is_static else reader.read(value, path)
        for name, path, value, is_static in _arguments(info, args, kwargs)
    }
    return signature if reader.is_done else {path: _spec(aval) for path, aval in leaves}


def _arguments(
    info: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Iterator[tuple[str, str, Any, bool]]:
    """Yield name, path, value of each argument, and whether it is static."""
    parameters = [] if info.fun_signature is None else list(info.fun_signature.parameters.values())
    names = [p.name for p in parameters if p.kind in _BY_POSITION]
    all_names = {*names, *(p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY)}
    rest = next((p.name for p in parameters if p.kind is inspect.Parameter.VAR_POSITIONAL), "args")
    more = next((p.name for p in parameters if p.kind is inspect.Parameter.VAR_KEYWORD), "kwargs")
    static = {number if number >= 0 else number + len(args) for number in info.static_argnums}
    for number, value in enumerate(args):
        name = names[number] if number < len(names) else f"{rest}[{number - len(names)}]"
        yield name, name, value, number in static
    for name in sorted(kwargs):
        path = name if name in all_names else f"{more}[{name!r}]"
        yield name, path, kwargs[name], name in info.static_argnames


def _static(value: object) -> Structure:
    """Describe a static argument: a value by itself, an object by its class and its number."""
    structure = describe(value)
    if type(value) is FunctionType:
        return _function(value)
    is_object = isinstance(structure, Opaque) and safe.code_name(value) is None
    return described(value) if is_object and not safe.is_a(value, type) else structure


_numbers: Register[int] = Register()
_counts: Register[Iterator[int]] = Register()
"""The number of each function among those of the same code, and the next number for each code."""


def _function(function: FunctionType) -> Opaque:
    """Describe a function by its name, and by a number if it is not the first one of its code."""
    code = function.__code__
    number = _numbers.get(function)
    if number is None:
        counted = _counts.get(code) or _counts.add(code, itertools.count(1))
        number = _numbers.add(function, next(counted))
    return Opaque(f"<function {function.__name__}{f' #{number}' if number > 1 else ''}>")


class _Leaves:
    """Assigns the arrays to the containers that they are in, one after the other."""

    def __init__(self, leaves: Sequence[_Leaf]) -> None:
        self._leaves = leaves
        self._next = 0

    @property
    def is_done(self) -> bool:
        """Whether each array was assigned."""
        return self._next == len(self._leaves)

    def read(self, value: Any, path: str) -> Structure:
        """Describe an argument, or something inside it."""
        kind = type(value)
        if value is None:
            return None
        if kind is tuple or kind is list:
            return tuple([self.read(item, f"{path}[{number}]") for number, item in enumerate(value)])
        if kind is dict and all(type(key) is str for key in value):
            return {key_text(key): self.read(value[key], f"{path}[{key!r}]") for key in sorted(value)}
        inside = self._take(path)
        if len(inside) == 1 and inside[0].path == path:
            return _spec(inside[0].value)
        return {leaf.path.removeprefix(path).lstrip("."): _spec(leaf.value) for leaf in inside}

    def _take(self, path: str) -> Sequence[_Leaf]:
        """Take the next arrays whose path begins with this one."""
        begin = self._next
        while self._next < len(self._leaves) and _is_inside(self._leaves[self._next].path, path):
            self._next += 1
        return self._leaves[begin : self._next]


def _is_inside(path: str, outer: str) -> bool:
    return path.startswith(outer) and path[len(outer) : len(outer) + 1] in ("", ".", "[")


def _spec(aval: Any) -> Structure:
    """Describe an abstract value of JAX."""
    shape = tensor_shape(safe.framework_attribute(aval, "shape"))
    dtype = safe.framework_attribute(aval, "dtype")
    if shape is None or dtype is None:
        return Opaque(f"<{safe.class_name(aval)}>")
    weak = safe.framework_attribute(aval, "weak_type") is True
    return TensorSpec(dtype_name(dtype), shape, "weak" if weak else "dense")
