"""LT577: A percentage error divides by targets that are 0."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.tapes import argument
from layertrace.diagnosis.training_steps import Trainings
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.event import Location


@rule("LT577", "divided-by-zero-targets", "warning", links.TRAINING, backends=WITH_TRAINING)
def divided_by_zero_targets(context: DiagnosisContext) -> Iterator[Violation]:
    """A percentage error divides by targets that are 0.

    ## Why is this bad?

    `mean_absolute_percentage_error` divides each error by its target, and by 1e-7 where the target is 0. An
    error at a target of 0 thus counts 10 million times as much as one at a target of 1. The loss is in the
    millions, and the model learns to return 0, whatever its inputs.

    ## Example

    ```python
    model.compile("adam", "mape")
    model.fit(hours, sales)  # 0 at night
    ```

    ## Use instead

    ```python
    model.compile("adam", "mae")
    model.fit(hours, sales)
    ```

    ## Known limits

    Looked at are arrays that `fit` is given, of at most 4 million numbers, for a model with one loss. Rows
    with a `sample_weight` of 0 are left out.
    """
    for layer, seen in context.layer_observations("targets"):
        if seen.role != "zero" or not isinstance(seen.before, tuple):
            continue
        zeros, count = seen.before
        compiled = Trainings(context).compiled_before(layer, seen.start_ns)
        place = None if compiled is None else compiled.location
        edits = _with_another_loss(place)
        yield Violation(
            message=f"{zeros:,} of {count:,} targets of {{layer}} are 0, and its loss, a percentage, divides "
            "by them: an error there counts 10 million times as much as one at a target of 1.",
            layer=layer,
            location=place or seen.location,
            evidence=(Evidence("fitted here", (), seen.location),),
            fix="" if edits else 'loss="mae"  # or leave these rows out',
            fix_place="elsewhere",
            edits=edits,
        )


def _with_another_loss(place: Location | None) -> tuple[Edit, ...]:
    """Return the edit that passes `compile` a loss that does not divide, if the loss is written there."""
    calls = [
        node
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "compile"
    ]
    loss = argument(calls[0], 1, "loss") if len(calls) == 1 else None
    if place is None or loss is None or loss.lineno != loss.end_lineno:
        return ()
    return lines_with(place, [(loss.lineno, loss.col_offset, loss.end_col_offset, '"mae"')])
