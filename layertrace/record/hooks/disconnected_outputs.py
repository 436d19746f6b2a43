"""Record outputs of a functional model that its inputs do not lead to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.keras_tensors import operation_of, source_of
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.hooks.observer import Call, Observer, ignore
from layertrace.record.hub import hub
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded

__all__ = ["GRAPHS_OF_LAYERS"]

_MOST = 10_000  # tensors that are followed


def _begins(call: Call) -> Call:
    return call


def _fails(call: Call, error: BaseException) -> None:
    """Record which Inputs the outputs come from, besides those that the model was given."""
    arguments = (*call.values, *call.extra)  # a decorator of tf_keras takes all of them as `*args`
    if not hub.observers or not isinstance(error, ValueError) or len(arguments) < 2:
        return
    with guarded("find the inputs that a model lacks"):
        given = list(_symbolic(arguments[0]))
        outputs = list(_symbolic(arguments[1]))
        ids = {id(tensor) for tensor in given}
        ends = [_inputs_behind(output, ids) for output in outputs]
        missing = {id(end): end for each in ends for end in each if id(end) not in ids}
        apart = [at for at, each in enumerate(ends) if any(id(end) in missing for end in each)]
        if not apart:
            return
        reached = {id(end) for each in ends for end in each}
        unused = [tensor for tensor in given if id(tensor) not in reached]
        place = source_lines.caller(call.method, call.caller)
        add_observation(
            PendingObservation(
                "disconnected",
                (place, id(call.subject)),
                layer=register_layer(operation_of(outputs[apart[0]])),
                before=_numbers(unused),
                now=_numbers(list(missing.values())),
                paths=tuple(map(str, apart)),
                role="all outputs" if len(apart) == len(outputs) else "some outputs",
                place=place,
            )
        )


def _symbolic(structure: object) -> Iterator[Any]:
    """Yield the symbolic tensors in lists, tuples and dicts, in their order."""
    inner = safe.unwrapped(structure)
    if inner is not None:
        for _, item in safe.first_items(inner, _MOST):
            yield from _symbolic(item)
    elif safe.class_name(structure) == "KerasTensor" and safe.is_framework_class(type(structure)):
        yield structure


def _inputs_behind(output: Any, given: set[int]) -> list[Any]:
    """Return the tensors that an output comes from: those that the model was given, and Inputs."""
    found, remaining, seen = [], [output], set[int]()
    while remaining and len(seen) < _MOST:
        tensor = remaining.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        source = None if id(tensor) in given else source_of(tensor)
        before = [] if source is None else source.inputs
        remaining += before
        if not before:
            found.append(tensor)
    return found


def _numbers(inputs: list[Any]) -> tuple[int, ...]:
    records = (register_layer(operation_of(tensor)) for tensor in inputs)
    return tuple(record.number for record in records if record is not None)


GRAPHS_OF_LAYERS: Observer[Call] = Observer(_begins, ignore, _fails)
"""Observes how a functional model connects its inputs and outputs."""
