"""Find the steps whose graph computes gradients, but does not apply the optimizer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from layertrace.diagnosis.context import DiagnosisContext, user_function
from layertrace.diagnosis.training_steps import Trainings, outermost_trace
from layertrace.diagnosis.user_source import dotted, function_at, methods_beside, nodes_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, FunctionRef, LayerRef, Location

__all__ = ["Unapplied", "unapplied"]


@dataclass(frozen=True)
class Unapplied:
    """A step whose graph does not apply its optimizer.

    Attributes:
        step: Where the step is defined.
        trace: Its first trace.
        steps: How often its graph ran.
        layer: The model of a `train_step`; None for a `tf.function` of the user's.
        method: The method, or the step itself, that would apply the optimizer.
        condition: The `if` around that; None if nothing in the source applies it.
        call: What applies it, or else what computes the gradients.
        counter: What the condition tests and the step changes, as it was observed.
    """

    step: Location
    trace: Event
    steps: int
    layer: LayerRef | None
    method: Location
    condition: ast.If | None
    call: ast.Call
    counter: Observation | None = None


_APPLYING = ("apply_gradients", "apply", "minimize")


def unapplied(context: DiagnosisContext) -> Iterator[Unapplied]:
    """Yield the steps that compute gradients, or name an optimizer, and are not traced with an update."""
    for training in Trainings(context).all:
        step = training.model.methods.get("train_step")
        if step is not None and not training.updates and training.steps:
            others = [place for name, place in methods_beside(step).items() if name != "train_step"]
            found = _unapplied(
                context, step, others, training.traces[0], training.steps, training.model.layer
            )
            yield from () if found is None else (found,)
    for step, trace, steps in _own_steps(context):
        found = _unapplied(context, step, [], trace, steps, None)
        yield from () if found is None else (found,)


def _own_steps(context: DiagnosisContext) -> Iterator[tuple[Location, Event, int]]:
    """Yield the functions of the user's that are traced without an update: definition, trace, and runs."""
    traces: dict[FunctionRef, list[Event]] = {}
    for trace in context.events("trace", lambda trace: trace.error is None):
        is_outermost = not any(True for _ in context.enclosing(trace, "trace"))
        if trace.function is not None and is_outermost and user_function(trace) is not None:
            traces.setdefault(trace.function, []).append(trace)
    outermost = (outermost_trace(context, update.during) for update in context.observations("update"))
    training = {trace.function for trace in outermost if trace is not None}
    for function, own in traces.items():
        steps = sum(run.times for run in context.events("run") if run.function == function)
        if function not in training and own[0].defined_at is not None and steps > 1:
            yield own[0].defined_at, own[0], steps


def _unapplied(
    context: DiagnosisContext,
    step: Location,
    others: list[Location],
    trace: Event,
    steps: int,
    layer: LayerRef | None,
) -> Unapplied | None:
    applied = [
        (place, condition, call)
        for place in (step, *others)
        for condition, call in _applied(function_at(place))
        if condition is not None or place != step
    ]
    calls = [node for node in nodes_of(step) if isinstance(node, ast.Call)]
    gradients = [call for call in calls if dotted(call.func).endswith(".gradient")]
    if applied and (layer is not None or gradients):
        place, condition, call = applied[0]
        counter = _counter(context, layer, condition)
        return Unapplied(step, trace, steps, layer, place, condition, call, counter)
    names = [call.func.attr for call in calls if isinstance(call.func, ast.Attribute)]
    # A step may assign its weights by hand: tests/cases/clean/steps_that_train_otherwise.py
    # A function of the user's may compute gradients for another purpose.
    if layer is None or not gradients or any(name.startswith(("assign", *_APPLYING)) for name in names):
        return None
    return Unapplied(step, trace, steps, layer, step, None, gradients[-1])


def _applied(function: ast.AST | None) -> Iterator[tuple[ast.If | None, ast.Call]]:
    """Yield the calls that apply an optimizer, each with the innermost `if` around it."""
    waiting: list[tuple[ast.AST, ast.If | None]] = [] if function is None else [(function, None)]
    while waiting:
        node, condition = waiting.pop(0)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, _, name = dotted(node.func).rpartition(".")
            if name in _APPLYING and ("opt" in owner.lower() or name != "apply"):
                yield condition, node
        inner = node if isinstance(node, ast.If) else condition
        waiting += [(child, inner) for child in ast.iter_child_nodes(node)]


def _counter(
    context: DiagnosisContext, layer: LayerRef | None, condition: ast.If | None
) -> Observation | None:
    """Return the change of an attribute, or of a global, that a condition tests."""
    if condition is None:
        return None
    tested = {node.attr for node in ast.walk(condition.test) if isinstance(node, ast.Attribute)}
    tested |= {f"global {node.id}" for node in ast.walk(condition.test) if isinstance(node, ast.Name)}
    changes = context.observations("changed in call")
    return next((change for change in changes if change.layer == layer and change.name in tested), None)
