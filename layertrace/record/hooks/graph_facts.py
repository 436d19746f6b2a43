"""Record what a graph shows when it is complete: what nothing reads, and shapes that were combined."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Iterable, Iterator, Sequence
from types import CodeType
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import spec
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.spans import LAYER, CodePosition, Span

__all__ = ["OF_TAPES", "Returned", "observe_graph", "stub", "tensors_behind", "tensors_in", "user_line"]

_COMBINING = {"Sub", "SquaredDifference", "AddV2", "Mul", "RealDiv"}
_COMPARING = {"Equal", "Greater", "GreaterEqual", "Less", "LessEqual", "NotEqual", "Pow"}
_UNARY = {
    "Identity", "Cast", "Neg", "Sigmoid", "Tanh", "Exp", "Log", "Log1p", "StopGradient", "Relu", "Softplus",
    "Square", "Sqrt", "Abs", "Maximum", "Minimum", "ClipByValue",
}  # fmt: skip
"""Ops whose output has one value for each value of the input."""
OF_TAPES = "gradient_tape/"
"""In the names of ops by which a tape computes a gradient."""
_RESHAPING = {"Squeeze", "Reshape"}
_DATA = {"Placeholder", "IteratorGetNext", "OptionalGetValue"}
_REDUCING = {"Max", "Min", "Sum", "Mean", "GatherV2", "GatherNd"}
_LOSSES = {"Sum", "Mean", "SparseSoftmaxCrossEntropyWithLogits", "SoftmaxCrossEntropyWithLogits"}
"""Ops that compute one number for each row."""
_MOST = 64  # ops that are followed from one tensor
_ITEMS = 256  # tensors that are looked at in one result

Returned = Sequence[tuple[Span, Sequence["weakref.ref[Any]"]]]
"""The tensors that the calls inside a trace returned."""


def observe_graph(span: Span, concrete: Any, ops: Iterable[Any], returned: Returned) -> None:
    """Record what a complete graph shows.

    Args:
        span: The trace.
        concrete: What TensorFlow made of it.
        ops: The ops of its graph.
        returned: The tensors that the calls in it returned.
    """
    if not hub.observers:
        return
    # A tensor that is gone by now is not examined: nobody can say what read it.
    living = [(around, [reference() for reference in references]) for around, references in returned]
    tensors = [(around, inside) for around, inside in living if all(each is not None for each in inside)]
    sources: dict[int, Span] = {}
    times: dict[int, int] = {}
    for around, inside in tensors:
        for tensor in inside:
            sources[id(tensor)] = around  # the outermost call that returned it ends last
            times[id(tensor)] = times.get(id(tensor), 0) + 1
    for around, inside in tensors:
        # What two calls return was passed on by one of them.
        if inside and not any(times[id(tensor)] > 1 or _is_read(tensor) for tensor in inside):
            _add(PendingObservation("unused output", (), layer=around[LAYER]), around)
    captured = {id(tensor) for tensor in concrete.graph.internal_captures}
    for op in ops:
        if op.type in _COMBINING and OF_TAPES not in op.name:
            _observe_broadcast(span, op, sources, captured)
    _observe_weights(span, concrete)


def tensors_in(result: object) -> Iterator[Any]:
    """Yield the tensors of a graph in what a call returned."""
    todo = [result]
    seen = 0
    while todo and seen < _ITEMS:
        value = todo.pop()
        seen += 1
        inner = safe.unwrapped(value)
        if inner is not None:
            todo += [item for _, item in safe.first_items(inner, _ITEMS)]
        elif safe.is_a(value, Loaded.tf.Tensor) and not safe.is_a(value, Loaded.tf.__internal__.EagerTensor):
            yield value


def _is_read(tensor: Any) -> bool:
    """Return whether an op of its graph reads a tensor, or the graph returns it."""
    outputs = getattr(tensor.graph, "outputs", ())
    return bool(tensor.consumers()) or any(tensor is output for output in outputs)


def _add(observation: PendingObservation, span: Span) -> None:
    observation.span = span
    add_observation(observation)


# Shapes


def _observe_broadcast(span: Span, op: Any, sources: dict[int, Span], captured: set[int]) -> None:
    """Record that a column `[n, 1]` and a vector `[n]` became a matrix, if one is the output of a layer.

    Or if the vector has a loss for each row, and the column is data, such as sample weights.
    The other one is data that the function was given, or a reduction of something else, so that the
    program has not asked for all pairs by adding a dimension.
    """
    inputs = list(op.inputs)
    if len(inputs) != 2 or {tensor.shape.rank for tensor in inputs} != {1, 2}:
        return
    column = 0 if inputs[0].shape.rank == 2 else 1
    rows, width = inputs[column].shape
    if width != 1 or inputs[1 - column].shape[0] != rows or rows == 1:
        return
    wide, flat = _source(inputs[column], sources, ()), _source(inputs[1 - column], sources, _RESHAPING)
    for mine, other in ((wide, flat), (flat, wide)):
        is_data = other.op.type in _DATA and id(other) not in captured
        around = sources.get(id(mine))
        reduced = around is None and is_data and mine is flat and mine.op.type in _LOSSES
        if reduced:
            around = _origin(mine, sources)
        if around is None or id(other) in sources:
            continue
        if not is_data and (other is wide or other.op.type not in _REDUCING or _comes_from(other, mine)):
            continue
        place = user_line(op.traceback)
        if place is not None:
            before, now = spec(inputs[column]), spec(inputs[1 - column])
            at = column if mine is wide else 1 - column
            mixed = PendingObservation("broadcast", (place, at), layer=around[LAYER], place=place)
            mixed.before, mixed.now = (before, now) if mine is wide else (now, before)
            mixed.name = f"{op.type} {at}"
            mixed.role = "loss" if reduced else ""
            _add(mixed, span)


def _source(tensor: Any, sources: dict[int, Span], also: Iterable[str]) -> Any:
    """Return where the values of a tensor come from, through ops that compute one value from each."""
    for _ in range(_MOST):
        op = tensor.op
        if id(tensor) in sources or not op.inputs:
            return tensor
        rank = tensor.shape.rank
        if op.type in _UNARY or op.type in also:
            tensor = op.inputs[0]
        elif op.type in _COMBINING | _COMPARING and any(each.shape.rank == 0 for each in op.inputs):
            tensor = next((each for each in op.inputs if each.shape.rank == rank), op.inputs[0])
        else:
            return tensor
    return tensor


def _origin(tensor: Any, sources: dict[int, Span]) -> Span | None:
    """Return the call that returned what a tensor is computed from; None if no such call is near."""
    todo, seen = [tensor], 0
    while todo and seen < _MOST:
        value = todo.pop(0)
        seen += 1
        if id(value) in sources:
            return sources[id(value)]
        todo += list(value.op.inputs)
    return None


def _comes_from(tensor: Any, source: Any) -> bool:
    """Return whether a tensor is computed from another, or may be."""
    return any(
        value is source or number == _MOST for number, value in enumerate(tensors_behind(tensor, _MOST + 1))
    )


def tensors_behind(tensor: Any, most: int) -> Iterator[Any]:
    """Yield a tensor of a graph, and those that it is computed from, each once, up to a number."""
    todo, seen = [tensor], set[int]()
    while todo and len(seen) < most:
        value = todo.pop()
        if id(value) not in seen:
            seen.add(id(value))
            yield value
            todo += value.op.inputs


# Sample weights


def _observe_weights(span: Span, concrete: Any) -> None:
    """Record that a function was given `(x, y, sample_weight)` and reads no `sample_weight`."""
    for name, parameter in concrete.function_type.parameters.items():
        if name != "data":
            continue
        data = safe.unwrapped(concrete.structured_input_signature[0][0])
        items = [] if data is None else [item for _, item in safe.first_items(data, 4)]
        if len(items) == 3 and spec(items[2]) is not None and parameter is not None:
            at = sum(len(Loaded.tf.nest.flatten(item)) for item in items[:2])
            inputs = concrete.graph.inputs
            if at < len(inputs) and not _is_read(inputs[at]):
                _add(PendingObservation("weights unused", (), now=spec(items[2])), span)


# Lines


def user_line(traceback: Iterable[Any]) -> CodePosition | None:
    """Return the innermost line of the user's code that created an op."""
    for frame in reversed(list(traceback)):
        if not source_lines.is_internal(frame.filename):
            return stub(frame.filename, frame.lineno, frame.name), -1
    return None


@functools.lru_cache(maxsize=256)
def stub(file: str, line: int, function: str) -> CodeType:
    """Return a code object that stands for a line whose own code object is not available."""
    return compile("", file, "exec").replace(co_firstlineno=line, co_name=function)
