"""LT410: A model runs after a training on JAX whose weights it never got."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.layer_expressions import layer_calls_at
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import model_of
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT410", "weights-not-written-back", "error", links.KERAS_ON_JAX, backends=("jax",))
def weights_not_written_back(context: DiagnosisContext) -> Iterator[Violation]:
    """A model runs after a training on JAX whose weights it never got.

    ## Why is this bad?

    `stateless_apply` changes no variable: it returns new values, which the steps of a training pass on. The
    model itself keeps its initial weights until the program assigns the last values. `evaluate`, `predict`,
    `model(x)` and `save` see an untrained model, without any error.

    ## Example

    ```python
    for x, y in batches:
        loss, trainable = step(trainable, x, y)
    model.evaluate(x_test, y_test)
    ```

    ## Use instead

    ```python
    for x, y in batches:
        loss, trainable = step(trainable, x, y)
    for variable, value in zip(model.trainable_variables, trainable):
        variable.assign(value)
    model.evaluate(x_test, y_test)
    ```

    ## Known limits

    - Reported only if the model runs afterwards, by `evaluate`, `predict` or a plain call outside of the
      step, and if the weights have at the end the values that they had when the step was traced.
    - The step must be traced by `jax.jit` and return the new weights.
    """
    reported: set[LayerRef] = set()
    not_trained = {zero.during for zero in context.observations("zero gradients")}
    for returned in context.observations("weights returned"):
        if returned.during in not_trained:
            continue  # the new weights are the old ones: LT412
        trace, model = context.event(returned.during), model_of(context, returned.variables)
        if trace is None or model is None or model in reported or _is_of_keras(trace):
            continue
        call = next(_calls_after(context, trace, model), None)
        if call is None:
            continue
        reported.add(model)
        yield _violation(context, returned, trace, model, call)


def _is_of_keras(trace: Event) -> bool:
    return trace.function is not None and trace.function.role is not None


def _calls_after(context: DiagnosisContext, trace: Event, model: LayerRef) -> Iterator[Event]:
    """Yield the calls of a model with its own weights, after a trace."""
    inside = {event.seq for event in context.descendants(trace)}
    for call in context.of(model, "call"):
        outer = [call, *(event for event in context.ancestors(call) if event.kind == "call")][-1]
        if call.start_ns > trace.start_ns and call.seq not in inside and not _is_stateless(outer.location):
            yield call


def _is_stateless(place: Location | None) -> bool:
    """Return whether a line calls a model with other weights than its own."""
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    return any(dotted(node.func).endswith("stateless_call") for node in (*layer_calls_at(place), *calls))


def _violation(
    context: DiagnosisContext, returned: Observation, trace: Event, model: LayerRef, call: Event
) -> Violation:
    top = [call, *context.ancestors(call)][-1]
    place = top.location
    statement = statement_at(context, place).source
    function = "the step" if trace.function is None else trace.function.label
    name = _receiver(place) or "model"
    values = _last_values(returned.location, trace.location)
    return Violation(
        message=f"{{layer}} runs with the weights that it had before the training: {function} returns the "
        "new ones, and they were never assigned to the variables.",
        layer=model,
        location=place,
        evidence=(
            Evidence(f"{returned.name.strip('<>')} computes the new weights", seqs(trace), returned.location),
            Evidence("runs with the old ones", seqs(call), place),
        ),
        fix=f"for variable, value in zip({name}.trainable_variables, {values or 'trainable'}):\n"
        f"    variable.assign(value){'' if values else '  # trainable: what the last step returned'}\n"
        f"{statement}".rstrip(),
        fix_place="in place" if statement and values else "elsewhere",
    )


def _last_values(update: Location | None, step: Location | None) -> str:
    """Return what a step returns the new weights as, `trainable` or `state[0]`; nothing if unknown."""
    targets = [node.targets[0] for node in nodes_at(update) if isinstance(node, ast.Assign)]
    weights = targets[0].elts[0] if targets and isinstance(targets[0], ast.Tuple) else None
    called = [node.targets[0] for node in nodes_at(step) if isinstance(node, ast.Assign)]
    function = None if update is None else function_around(update)
    for node in ast.walk(function or ast.Pass()):
        if isinstance(node, ast.Return) and node.value is not None and weights is not None and called:
            path = _path(node.value, ast.unparse(weights))
            if path is not None:
                return _at(called[0], path)
    return ""


def _path(value: ast.expr, name: str) -> list[int] | None:
    """Return the indices at which a tuple holds a name."""
    if ast.unparse(value) == name:
        return []
    for number, item in enumerate(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else ():
        path = _path(item, name)
        if path is not None:
            return [number, *path]
    return None


def _at(target: ast.expr, path: list[int]) -> str:
    while path and isinstance(target, (ast.Tuple, ast.List)) and path[0] < len(target.elts):
        target, path = target.elts[path[0]], path[1:]
    return ast.unparse(target) + "".join(f"[{number}]" for number in path)


def _receiver(place: Location | None) -> str:
    """Return on what a line calls a method of a model, or the model that it calls."""
    for node in layer_calls_at(place):
        name, _, method = dotted(node.func).rpartition(".")
        return (
            name if method in ("evaluate", "predict", "predict_on_batch", "test_on_batch") else name or method
        )
    return ""
