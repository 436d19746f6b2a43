"""LT414: A step on JAX writes over the arrays of the variables of a model, and the model runs later."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.tapes import model_of
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT414", "donated-weights-used", "error", links.KERAS_ON_JAX, backends=("jax",))
def donated_weights_used(context: DiagnosisContext) -> Iterator[Violation]:
    """A step on JAX writes over the arrays that the variables of a model hold, and the model runs later.

    ## Why is this bad?

    With `donate_argnums`, a function may write its results over its arguments. JAX then deletes these
    arrays, also for the variables that they were taken from. Whatever uses the model next raises "Array has
    been deleted", until the program assigns what the step returned.

    ## Example

    ```python
    step = jax.jit(train_step, donate_argnums=0)
    weights = [v.value for v in model.trainable_variables]
    for x, y in batches:
        weights, loss = step(weights, x, y)
    model.predict(x_test)
    ```

    ## Use instead

    ```python
    for x, y in batches:
        weights, loss = step(weights, x, y)
    for variable, value in zip(model.trainable_variables, weights):
        variable.assign(value)
    model.predict(x_test)
    ```

    ## Known limits

    - Only where the exception ended the program in a call or a run of the model, and only arrays in lists
      and tuples that are given by position.
    - A step that is given an array again which it has written over is not explained.
    """
    failure = context.failure
    if failure is None or _DELETED not in failure.error.message:
        return
    for seen in context.observations("weights donated"):
        place, step = context.line(failure), context.event(seen.during)
        model = model_of(context, seen.variables)
        if place is None or place == seen.location or step is None or model is None:
            continue
        # tests/backends/cases/lt414_donated_weights_used/clean_assigned_or_kept.py
        failed = next((event for event in context.errors if _is_inside(context, event, model)), None)
        shapes = {context.variables[number].shape for number in seen.variables if number in context.variables}
        is_weight = any(_shown(shape) in failure.error.message for shape in shapes)
        if failed is None or not is_weight:
            continue
        name, state = _receiver(place), context.state(model)
        lists = [] if state is None else list(_lists(context, seen, step))
        loops = [
            f"for variable, value in zip({name}.{each.kind}, {each.values}):\n    variable.assign(value)"
            for each in lists
        ]
        statement = statement_at(context, place).source
        is_known = bool(name and loops and statement) and sum(each.size for each in lists) == len(seen.paths)
        yield Violation(
            message=f"{seen.name} writes over the arrays that {{layer}} holds, as donate_argnums allows, and "
            "what it returns was not assigned to the variables: they hold deleted arrays here.",
            layer=model,
            location=place,
            evidence=(
                Evidence(f"{seen.name} is given {seen.paths[0]}", seqs(step), seen.location),
                Evidence("fails here", seqs(failed), place),
            ),
            fix="\n".join([*loops, statement]) if is_known else _ASSIGNED,
            fix_place="in place" if is_known else "elsewhere",
        )
        return


_DELETED = "Array has been deleted"
_ASSIGNED = (
    "for variable, value in zip(model.trainable_variables, weights):\n"
    "    variable.assign(value)  # weights: what the last step returned"
)


def _shown(shape: tuple[int | None, ...] | None) -> str:
    """Write a shape as JAX does: `[3,1]`."""
    return f"[{','.join(map(str, shape or ()))}]"


def _is_inside(context: DiagnosisContext, event: Event, model: LayerRef) -> bool:
    """Return whether a deleted array was found in a call or a run of a model."""
    around = (event, *context.ancestors(event))
    is_deleted = event.error is not None and _DELETED in event.error.message
    is_run = event.function is not None and event.function.model == model.name
    return is_deleted and (is_run or any(each.layer == model for each in around))


class _Given(NamedTuple):
    """A list of values of variables that a step is given: what the program calls it, and whose it is."""

    kind: str
    values: str
    size: int


def _lists(context: DiagnosisContext, seen: Observation, step: Event) -> Iterator[_Given]:
    """Yield the lists of values that the step is given and returns under the same name."""
    groups: dict[str, list[int]] = {}
    for path, variable in zip(seen.paths, seen.variables, strict=True):
        groups.setdefault(path.rpartition("[")[0], []).append(variable)
    for path, variables in groups.items():
        trainable = {
            context.variables[number].trainable for number in variables if number in context.variables
        }
        values = _as_returned(seen.location, path, list(step.inputs if isinstance(step.inputs, dict) else ()))
        if len(trainable) == 1 and values:
            kind = "trainable_variables" if trainable == {True} else "non_trainable_variables"
            yield _Given(kind, values, len(variables))


def _as_returned(place: Location | None, path: str, parameters: list[str]) -> str:
    """Return what a line calls a part of an argument, if it assigns that argument again; else nothing."""
    root, bracket, rest = path.partition("[")
    for node in nodes_at(place):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        number = parameters.index(root) if root in parameters else len(node.value.args)
        given = node.value.args[number] if number < len(node.value.args) else None
        names = {ast.unparse(each) for target in node.targets for each in ast.walk(target)}
        if isinstance(given, (ast.Name, ast.Attribute)) and ast.unparse(given) in names:
            return f"{ast.unparse(given)}{bracket}{rest}"
    return ""


def _receiver(place: Location) -> str:
    """Return on what a line calls a method such as `predict`."""
    for node in nodes_at(place):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _USING:
            return ast.unparse(node.func.value)
    return ""


_USING = (
    "predict",
    "evaluate",
    "fit",
    "save",
    "save_weights",
    "get_weights",
    "predict_on_batch",
    "test_on_batch",
)
