"""LT544: The weights of one model are averaged into another, without the statistics of its normalization."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.user_source import dotted, tree_of
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef, Location


@rule("LT544", "average-without-statistics", "error", links.TRANSFER_LEARNING, backends=WITH_TRAINING)
def average_without_statistics(context: DiagnosisContext) -> Iterator[Violation]:
    """The weights of one model are averaged into another, without the statistics of its normalization.

    ## Why is this bad?

    `trainable_variables` has no moving mean and variance. A teacher, a target network or an exponential
    moving average that copies only these keeps the initial mean 0 and variance 1 in its
    `BatchNormalization`. It predicts wrongly, without an error.

    ## Example

    ```python
    for mean, new in zip(teacher.trainable_weights, student.trainable_weights):
        mean.assign(0.99 * mean + 0.01 * new)
    ```

    ## Use instead

    ```python
    statistics = student.non_trainable_weights
    for mean, new in zip(teacher.non_trainable_weights, statistics):
        mean.assign(new)
    for mean, new in zip(teacher.trainable_weights, student.trainable_weights):
        mean.assign(0.99 * mean + 0.01 * new)
    ```

    ## Known limits

    Reported only for a loop over a `zip` of `trainable_variables` or `trainable_weights` that assigns, in a
    file that does not name the variables that are not trainable, and if the normalization predicts with a
    mean of 0 and a variance of 1 while one of its size has been trained.
    """
    norms = [state for state in context.states.values() if state.statistics is not None]
    trained = [
        state for state in norms if state.statistics != "initial" and context.updated & set(state.variables)
    ]
    stale = [
        state
        for state in norms
        if state.statistics == "initial" and not context.updated & set(state.variables)
    ]
    if not trained or not stale:
        return
    loops = [(file, loop) for file in sorted(context.files) for loop in _averaging_loops(file)]
    for state in stale if loops else ():
        answer = _answer(context, state.layer)
        twin = next((each for each in trained if _is_alike(context, each, state)), None)
        if answer is None or twin is None:
            continue
        file, loop = loops[0]
        yield Violation(
            message="{layer} predicts with a moving mean of 0 and a moving variance of 1, as it was created: "
            f"this loop copies only trainable variables, not the statistics of {twin.layer.name} that "
            "training has changed.",
            layer=state.layer,
            location=Location(file, loop.lineno),
            evidence=(Evidence("predicts here", seqs(answer), answer.location),),
            fix=_fix(loop),
            fix_place="before",
        )


def _answer(context: DiagnosisContext, layer: LayerRef) -> Event | None:
    """Return a call of a layer that has run only in inference mode, other than to infer shapes."""
    calls = [call for call in context.of(layer, "call") if call.mode != "symbolic"]
    return None if any(call.training is True for call in calls) else next(reversed(calls), None)


def _is_alike(context: DiagnosisContext, first: LayerState, second: LayerState) -> bool:
    return first.layer.class_name == second.layer.class_name and _shapes(context, first) == _shapes(
        context, second
    )


def _shapes(context: DiagnosisContext, state: LayerState) -> list[object]:
    specs = [context.variables.get(number) for number in state.variables]
    return [None if spec is None else spec.shape for spec in specs]


def _averaging_loops(file: str) -> Iterator[ast.For]:
    """Yield the loops of a file that assign the trainable variables of one model to those of another."""
    tree = tree_of(file)
    nodes = [] if tree is None else list(ast.walk(tree))
    others = ("non_trainable_variables", "non_trainable_weights", "moving_mean")
    # tests/cases/clean/teacher_with_statistics_of_its_own.py
    if any(isinstance(node, ast.Attribute) and node.attr in others for node in nodes):
        return
    for node in nodes:
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Call) and dotted(node.iter.func) == "zip":
            ends = [each.attr for each in node.iter.args if isinstance(each, ast.Attribute)]
            calls = [dotted(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)]
            is_of_trainable = len(ends) > 1 and set(ends) <= {"trainable_variables", "trainable_weights"}
            if is_of_trainable and any(call.endswith(".assign") for call in calls):
                yield node


def _fix(loop: ast.For) -> str:
    """Write the loop that copies the variables that are not trainable."""
    iteration = ast.unparse(loop.iter).replace(".trainable_", ".non_trainable_")
    names = [each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)]
    calls = [node for node in ast.walk(loop) if isinstance(node, ast.Call)]
    to = next(name for call in calls if (name := dotted(call.func)).endswith(".assign")).removesuffix(
        ".assign"
    )
    source = next((name for name in names if name != to), "new")
    return f"for {ast.unparse(loop.target).strip('()')} in {iteration}:\n    {to}.assign({source})"
