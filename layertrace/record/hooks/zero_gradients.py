"""Notice gradients of JAX that are all 0: the loss does not depend on what it is differentiated by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import Register

__all__ = ["are_zeros_in", "observe_zero_gradients"]

_MOST = 1_000_000  # numbers of one gradient that are looked at


_zero: Register[dict[CodePosition | None, list[bool]]] = Register()
"""Whether all that optimizers were given was 0, by the line; if not, no more gradients are read."""


def observe_zero_gradients(
    optimizer: Any,
    gradients: Sequence[Any],
    numbers: tuple[int, ...],
    paths: tuple[str, ...],
    place: CodePosition | None,
) -> None:
    """Record an eager update whose gradients are all 0, until the line passes another one.

    The smallest gradient is read first, which is enough for a program that trains, and only once.

    Args:
        optimizer: The optimizer.
        gradients: What it is given.
        numbers: The numbers of the variables.
        paths: Their paths.
        place: The line that applies them.
    """
    are_zero = _zero.add(optimizer, {}).setdefault(place, [True])
    if not are_zero[0]:
        return
    are_zero[0] = _are_zero(gradients)
    if are_zero[0]:
        seen = PendingObservation("zero gradients", (place,), variables=numbers, paths=paths, place=place)
        seen.is_over = lambda: not are_zero[0]
        add_observation(seen)


def _are_zero(gradients: Sequence[Any]) -> bool:
    """Return whether all of some gradients can be read, and are 0."""
    is_array = Loaded.backend.is_eager_tensor
    if not gradients or not all(map(is_array, gradients)):
        return False
    arrays = sorted(gradients, key=lambda gradient: gradient.size)
    if not arrays[0].size or arrays[-1].size > _MOST:
        return False
    read = (Loaded.backend.array_in(array) for array in arrays)
    return all(array is not None and not array.any() for array in read)


def are_zeros_in(jaxpr: Any, names: Sequence[Any]) -> bool:
    """Return whether a trace has filled all of some values with 0, as JAX does where nothing depends on them.

    Args:
        jaxpr: What JAX has traced.
        names: What it calls the values there.
    """
    missing = set(map(id, names))
    if not missing or None in names:
        return False
    for equation in jaxpr.eqns:
        if equation.primitive.name == "broadcast_in_dim" and _is_zero(equation.invars):
            missing -= set(map(id, equation.outvars))
    return not missing


def _is_zero(values: Sequence[Any]) -> bool:
    """Return whether the only value of an equation is the constant 0."""
    number = safe.framework_attribute(values[0], "val") if len(values) == 1 else None
    return number is not None and not getattr(number, "shape", ()) and float(number) == 0
