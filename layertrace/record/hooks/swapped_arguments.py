"""Recognize a crossentropy in a graph that was given the outputs as targets, and the targets as outputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["outputs_as_targets", "reads_variables"]

_MOST = 512  # ops that are followed from one tensor
_DATA = ("IteratorGetNext", "IteratorGetNextSync")
_BEFORE: tuple[str, ...] = ("Minimum", "Maximum", "AddV2", "Log", "Cast", "Identity")
"""Ops from the outputs of a crossentropy to their logarithm: clipped, in tf_keras with an epsilon."""
_AFTER: tuple[str, ...] = ("Cast", "Identity")
"""Ops from there to the product with the targets."""


def outputs_as_targets(tensor: Any) -> Any:
    """Return what a crossentropy multiplies with the logarithm of its outputs, if these have it swapped.

    Args:
        tensor: What the crossentropy takes for its outputs, or for logits.

    Returns:
        The targets, if they are computed from variables and the outputs are not; else None.
    """
    if reads_variables(tensor):
        return None
    return next((other for other in _factors(tensor) if reads_variables(other)), None)


def _factors(tensor: Any) -> Iterator[Any]:
    """Yield what a tensor, or the logarithm of it, is multiplied with."""
    todo = [(tensor, _BEFORE)]
    for _ in range(_MOST):
        if not todo:
            return
        current, steps = todo.pop()
        for op in current.consumers():
            if op.type in steps:
                todo += [(output, _AFTER if op.type == "Log" else steps) for output in op.outputs]
            elif op.type == "Mul":
                yield from (other for other in op.inputs if other is not current)


def reads_variables(tensor: Any) -> bool:
    """Return whether a tensor is computed from variables, and not from data alone."""
    todo, seen = [tensor], set[int]()
    while todo and len(seen) < _MOST:
        current = todo.pop()
        if id(current.op) in seen or current.op.type in _DATA:
            continue
        seen.add(id(current.op))
        if current.dtype.name == "resource":
            return True
        todo += current.op.inputs
    return False
