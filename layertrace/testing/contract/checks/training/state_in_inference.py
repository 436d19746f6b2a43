"""Inference leaves the variables of a layer as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layertrace.diagnosis.user_source import assignments_in_class
from layertrace.testing.contract.check import check
from layertrace.testing.contract.evidence import reference, same
from layertrace.testing.contract.frameworks import layers_inside, variables_inside
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.timeline import Timeline
from layertrace.timeline.event import Location
from layertrace.timeline.ownership import is_framework_name


@check(
    "training",
    "state-in-inference",
    unless=["deterministic-inference", "training-reaches-children"],
)
def state_in_inference(subject: Subject) -> None:
    """Calls with `training=False` change no variable of a layer.

    ## Why
    Otherwise `evaluate` and `predict` change what is saved: a running mean learns from the
    validation data, and a counter of steps counts batches that were never trained.

    ## Use instead
    `def call(self, inputs, training=False)`, and `self.count.assign_add(1)` only `if training`.

    ## Known limits
    The states of metrics and of seed generators may change. A layer whose outputs depend on the state that
    changes, as a stateful recurrent layer, breaks `deterministic-inference`.
    """
    layer = subject.built()
    variables = _variables(subject, layer)
    if not variables:
        raise NotApplicable("it has no variables")
    with subject.watch() as timeline, subject.doing("calling it in inference"):
        change = _first_change(subject, layer, list(variables.values()))
    if change is None:
        return
    variable, before, after = change
    line, attribute, is_of_keras = _place(subject, layer, variable, timeline)
    name = attribute or getattr(variable, "path", variable.name).removesuffix(":0").rpartition("/")[2]
    raise Broken(
        f"a call of {subject.class_name} in inference changes the variable {name!r}",
        line,
        "pass the training of call on to the layer inside: training=training"
        if is_of_keras
        else f"if training: self.{name}.assign(...), with an argument training of call",
        sides=[("before", _shown(before)), ("after", _shown(after))],
    )


def _first_change(subject: Subject, layer: Any, variables: list[Any]) -> tuple[Any, Any, Any] | None:
    """Call a layer in inference until a variable changes; return it with both of its values.

    They are compared after each call: a position in a ring buffer comes back.
    """
    before = [_value(subject, variable) for variable in variables]
    for tensors in _batches(subject):
        subject.call_with(layer, tensors, training=False)
        for variable, value in zip(variables, before, strict=True):
            now = _value(subject, variable)
            if not ((now == value).all() or (value != value).any()):  # NaN
                return variable, value, now
    return None


def _batches(subject: Subject) -> Iterator[tuple[Any, ...]]:
    """Yield the inputs and, if there can be any, two more batches: a maximum does not grow without."""
    yield subject.tensors()
    batch = subject.inputs.batch
    for first in (batch, 2 * batch) if subject.inputs.can_vary else ():
        rows = list(range(first, first + batch))
        yield subject.tensors(3 * batch, rows=rows)


def _variables(subject: Subject, layer: Any) -> dict[int, Any]:
    """Return the variables of a layer and of those inside, without the states of metrics and seeds."""
    left_out = {
        id(variable)
        for inside in layers_inside(layer)
        for metric in _metrics(inside)
        for variable in metric.variables
    }
    found = {id(variable): variable for variable in layer.weights if id(variable) not in left_out}
    tracked = {id(subject.backend.inner(variable)) for variable in layer.variables}
    untracked = (variable for _, _, variable in variables_inside(layer) if id(variable) not in tracked)
    return found | {id(variable): variable for variable in untracked}


def _metrics(layer: Any) -> list[Any]:
    try:
        return list(layer.metrics)
    except Exception:  # the property of a layer may need more than a layer has
        return []


def _value(subject: Subject, variable: Any) -> Any:
    return subject.backend.array(variable)


def _place(
    subject: Subject, layer: Any, variable: Any, timeline: Timeline
) -> tuple[Location | None, str, bool]:
    """Return the line that changes a variable, its attribute, and whether a layer of Keras has it.

    The line is then the one that calls this layer.
    """
    for holder, name, value in variables_inside(layer):
        if value is not subject.backend.inner(variable):
            continue
        if not is_framework_name(type(holder).__module__):
            call = method_line(holder, "call")
            return next(assignments_in_class(call, name), call), name, False
        ref = reference(timeline, holder) if holder is not layer else None
        calls = (event for event in timeline if event.kind == "call" and same(event.layer, ref))
        return next((event.location for event in calls), method_line(layer, "call")), name, True
    return method_line(layer, "call"), "", False


def _shown(value: Any) -> str:
    first = value.reshape(-1)[:6]
    return ", ".join(f"{each:.4g}" if value.dtype.kind == "f" else str(each) for each in first)
