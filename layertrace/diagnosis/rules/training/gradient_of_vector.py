"""LT516: A tape takes the gradient of a vector of losses, which is that of their sum."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import prod

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import is_read_later
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location, TensorSpec


@rule("LT516", "gradient-of-sum", "warning", links.CUSTOM_TRAINING_LOOPS)
def gradient_of_sum(context: DiagnosisContext) -> Iterator[Violation]:
    """A tape takes the gradient of a vector of losses, which is that of their sum.

    ## Why is this bad?

    `keras.losses.mean_squared_error(y, p)` returns a loss for each row. The gradient of such a vector is that
    of its sum, so the steps are as many times larger as the batch has rows, and a learning rate that works
    in `fit` makes the loss diverge.

    ## Example

    ```python
    with tf.GradientTape() as tape:
        losses = keras.losses.mean_squared_error(y, model(x))
    gradients = tape.gradient(losses, model.trainable_variables)
    ```

    ## Use instead

    ```python
    with tf.GradientTape() as tape:
        losses = keras.losses.mean_squared_error(y, model(x))
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    ```

    ## Known limits

    - Only a note with optimizers whose steps do not depend on the size of the gradients, such as Adam.
    - Gradients that no optimizer gets are not examined.
    """
    reported: set[object] = set()
    for observation in context.observations("vector gradient"):
        updates = [
            update
            for update in context.observations("update")
            if update.start_ns >= observation.start_ns and {*update.variables} & {*observation.variables}
        ]
        if not updates or observation.location in reported or not _is_kept(observation.location):
            continue
        reported.add(observation.location)
        yield _violation(context, observation, updates[0])


def _violation(context: DiagnosisContext, seen: Observation, update: Observation) -> Violation:
    target = seen.now
    sizes = target.shape if isinstance(target, TensorSpec) and target.shape else ()
    known = [size for size in sizes if size is not None]
    much = (
        f"are {prod(known):,} times larger than with the mean"
        if len(known) == len(sizes)
        else "grow with the batch"
    )
    name = _named(seen.location)
    return Violation(
        message=f"The gradient of a loss of shape {_shape(sizes)} is that of its sum, so the steps of "
        f"{{layer}} {much}.",
        layer=_model(context, seen.variables),
        location=seen.location,
        evidence=(
            Evidence(f"gradient of {target}", seqs(context.event(seen.during)), seen.location),
            Evidence("the optimizer gets it here", (), update.location),
        ),
        fix=f"{name} = tf.reduce_mean({name})  # as the last line inside the block of the tape",
        fix_place="elsewhere",
        severity="warning" if "SGD" in update.name else "note",
    )


def _is_kept(place: Location | None) -> bool:
    """Return whether the program goes on with the gradients that it requests on a line."""
    # Gradients that are only looked at: tests/cases/clean/gradients_of_vectors.py
    statement = next((node for node in nodes_at(place) if isinstance(node, ast.stmt)), None)
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return is_read_later(place, statement.targets[0].id)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return dotted(statement.value.func).rpartition(".")[2] in ("apply", "apply_gradients")
    return not isinstance(statement, ast.Expr)


def _shape(sizes: tuple[int | None, ...]) -> str:
    return f"[{', '.join('batch' if size is None else str(size) for size in sizes)}]"


def _model(context: DiagnosisContext, variables: tuple[int, ...]) -> LayerRef | None:
    """Return the outermost layer that holds most of some variables."""
    states = [
        (len({*state.variables} & {*variables}), len(state.children), state)
        for state in context.states.values()
    ]
    best = max(states, key=lambda each: each[:2], default=None)
    return None if best is None or not best[0] else best[2].layer


def _named(place: Location | None) -> str:
    """Return the name of the losses in a call of `tape.gradient`."""
    for node in nodes_at(place):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "gradient"
        ):
            targets = [*node.args[:1], *(each.value for each in node.keywords if each.arg == "target")]
            if targets and isinstance(targets[0], ast.Name):
                return targets[0].id
    return "loss"
