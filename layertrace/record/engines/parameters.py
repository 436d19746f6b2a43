"""Read the parameters of a function: those of its own code, and those that its decorators claim."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import cast

from layertrace.record.spans import HookedMethod

__all__ = ["learn", "own_parameters"]


def own_parameters(function: FunctionType) -> tuple[inspect.Parameter, ...]:
    """Return the parameters of a function's own code, whatever its decorators claim."""
    bare = FunctionType(function.__code__, {}, function.__name__, function.__defaults__, function.__closure__)
    bare.__kwdefaults__ = function.__kwdefaults__
    return tuple(inspect.signature(bare).parameters.values())


def learn(method: HookedMethod, original: object, parameters: tuple[inspect.Parameter, ...] = ()) -> None:
    """Fill in the names of the parameters after the first, and their defaults.

    A decorated method may take `*args`; the parameters of the method below still have names.
    """
    kinds = inspect.Parameter
    if not parameters or any(p.kind is kinds.VAR_POSITIONAL for p in parameters):
        parameters = tuple(_claimed_parameters(original)) or parameters
    named = [p for p in parameters if p.kind not in (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD)][1:]
    variadic = {p.kind: p.name for p in parameters}
    method.stand_for(original)
    method.names = tuple(p.name for p in named)
    method.defaults = tuple(p.default for p in named)
    method.variadic = (variadic.get(kinds.VAR_POSITIONAL), variadic.get(kinds.VAR_KEYWORD))


def _claimed_parameters(original: object) -> Iterable[inspect.Parameter]:
    try:
        return inspect.signature(cast("Callable[..., object]", original)).parameters.values()
    except (TypeError, ValueError):  # it has no signature
        return ()
