"""Find the op without a gradient that makes a tape return None."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.graph_facts import tensors_behind, user_line
from layertrace.record.hooks.variables import number_of
from layertrace.record.process import safe

__all__ = ["observe_blocked"]

_BLOCKING = {
    "ArgMax", "ArgMin", "Round", "Rint", "Floor", "Ceil", "Sign", "Greater", "GreaterEqual", "Less",
    "LessEqual", "Equal", "NotEqual", "PyFunc", "PyFuncStateless", "StopGradient", "OneHot", "FloorDiv",
    "Bucketize", "StatelessMultinomial", "Multinomial",
}  # fmt: skip
_MOST = 20_000  # ops that are followed


def observe_blocked(target: Any, sources: Iterable[object], gradients: Iterable[object]) -> None:
    """Record the op that keeps gradients from variables, in a graph.

    Args:
        target: The loss.
        sources: The variables.
        gradients: What the tape returned for them.
    """
    if not safe.is_a(target, Loaded.tf.Tensor) or Loaded.tf.executing_eagerly():
        return
    missing = [source for source, gradient in zip(sources, gradients, strict=False) if gradient is None]
    handles = {id(safe.framework_attribute(variable, "handle")): number_of(variable) for variable in missing}
    pairs = getattr(target.graph, "captures", ()) if missing else ()
    inside = {id(inner): handles[id(outer)] for outer, inner in pairs if id(outer) in handles}
    if not inside:
        return
    for op in map(_chosen, _frontier(target)):
        variables = _read_by(op, inside)
        place = user_line(op.traceback) if variables else None
        if place is not None:
            seen = PendingObservation("blocked gradient", (place, op.type), name=op.type, place=place)
            seen.variables = tuple(sorted(variables))
            add_observation(seen)
            return


def _chosen(op: Any) -> Any:
    """Return the op that chose a class, if an op only writes it as one of several numbers."""
    inner = op
    while inner.inputs and inner.type in ("OneHot", "Cast", "Identity"):
        inner = inner.inputs[0].op
    return inner if inner.type in _BLOCKING else op


def _frontier(target: Any) -> list[Any]:
    """Return the ops without a gradient that are nearest to a tensor."""
    todo, seen, blocking = [target.op], set[int](), []
    while todo and len(seen) < _MOST:
        op = todo.pop()
        if id(op) in seen:
            continue
        seen.add(id(op))
        if op.type in _BLOCKING:
            blocking.append(op)
        else:
            todo += [tensor.op for tensor in op.inputs]
    return blocking


def _read_by(op: Any, inside: Mapping[int, int]) -> set[int]:
    """Return the numbers of the variables that an op is computed from."""
    given = (each for tensor in op.inputs for each in tensors_behind(tensor, _MOST))
    return {inside[id(tensor)] for tensor in given if id(tensor) in inside} - {0}
