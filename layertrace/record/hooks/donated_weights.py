"""Notice variables whose arrays a `jax.jit` function is given to write over (`donate_argnums`)."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.variables import number_of, variables_by_value
from layertrace.record.process import safe
from layertrace.record.spans import PLACE, Span

__all__ = ["donated_values", "observe_donated"]

_MOST = 10_000  # arrays that are looked at in the arguments of one function


def donated_values(info: Any, names: Sequence[Any], args: Sequence[Any]) -> Mapping[str, Any]:
    """Return the variables whose arrays a function is given in positional arguments that it may write over.

    Args:
        info: JAX's `PjitInfo` of the function (JAX 0.9 to 0.12).
        names: The path of each array, such as `state[0][1]`.
        args: The positional arguments.
    """
    numbers = getattr(info, "donate_argnums", None)
    if type(numbers) is not tuple or not numbers or not names or info.fun_signature is None:
        return {}
    parameters = list(info.fun_signature.parameters)
    variables = variables_by_value()
    found: dict[str, Any] = {}
    for number in numbers:
        if type(number) is int and 0 <= number < min(len(args), len(parameters)):
            for path, item in _items(args[number], parameters[number]):
                variable = variables.get(id(item))
                if variable is not None and len(found) < _MOST:
                    found[path] = variable
    return found


def _items(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Yield the items of tuples and lists, each with its path as JAX writes it."""
    if type(value) is tuple or type(value) is list:
        for number, item in enumerate(value[:_MOST]):
            yield from _items(item, f"{path}[{number}]")
    else:
        yield path, value


def observe_donated(span: Span, variables: Mapping[str, Any], name: str) -> None:
    """Record which variables hold an array that is written over; over if they have others at the end."""
    references = [weakref.ref(variable) for variable in variables.values()]
    seen = PendingObservation(
        "weights donated",
        (name,),
        name=name,
        paths=tuple(variables),
        variables=tuple(map(number_of, variables.values())),
        place=span[PLACE],
    )
    seen.span = span
    seen.is_over = lambda: not any(map(_is_deleted, references))
    add_observation(seen)


def _is_deleted(reference: weakref.ref[Any]) -> bool:
    """Return whether a variable holds an array that JAX has deleted, or may have held one until it failed.

    A variable may be gone, and has no array if Keras has taken that for a step.
    """
    array = safe.instance_dict(reference()).get("_value")
    if array is None:
        return True
    return Loaded.backend.is_eager_tensor(array) and bool(array.is_deleted())
