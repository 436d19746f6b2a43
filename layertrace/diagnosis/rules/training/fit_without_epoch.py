"""LT574: A second `fit` has no epoch left to make."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.training._targets import argument_of_fit
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef


@rule("LT574", "fit-without-epoch", "error", links.TRAINING, backends=WITH_TRAINING)
def fit_without_epoch(context: DiagnosisContext) -> Iterator[Violation]:
    """A second `fit` has no epoch left to make.

    ## Why is this bad?

    With `initial_epoch`, `epochs` is the number of the last epoch, not how many there are. If a training of 5
    epochs is to go on for 5 more, that is `epochs=10`. With `epochs=5`, `fit` returns at once, and the model
    is as it was.

    ## Example

    ```python
    model.fit(x, y, epochs=5)
    model.fit(x, y, epochs=5, initial_epoch=5)
    ```

    ## Use instead

    ```python
    model.fit(x, y, epochs=5)
    model.fit(x, y, epochs=5 + 5, initial_epoch=5)
    ```

    ## Known limits

    Reported if another `fit` of the model was recorded before, since a program may resume a training that is
    complete; and if `epochs` is less than `initial_epoch`, or the model was compiled again.
    """
    for layer, seen in context.layer_observations("fitted"):
        if seen.role != "no epoch" or not (_ends_before(seen) or _is_new_stage(context, layer, seen)):
            continue
        edits = _added(seen)
        yield Violation(
            message="{layer} was not trained by this fit: its epochs end where initial_epoch begins, or "
            "before.",
            layer=layer,
            location=seen.location,
            evidence=(Evidence("trained here before", (), seen.defined_at),),
            fix="" if edits else "epochs=initial_epoch + epochs",
            fix_place="elsewhere",
            edits=edits,
        )


def _ends_before(seen: Observation) -> bool:
    """Return whether a fit ends before it begins: it may finish what an earlier one did not."""
    epochs = seen.before[0] if isinstance(seen.before, tuple) else None
    return isinstance(epochs, int) and epochs < 0


def _is_new_stage(context: DiagnosisContext, layer: LayerRef, seen: Observation) -> bool:
    """Return whether a model was compiled again: tests/cases/clean/data_that_lasts.py has a fit cut short."""
    compiled = [
        each
        for model, each in context.layer_observations("compiled")
        if model == layer and each.start_ns < seen.start_ns
    ]
    return sum(each.times for each in compiled) > 1


def _added(seen: Observation) -> tuple[Edit, ...]:
    """Return the edit that adds the epochs to those before them."""
    epochs, first = (argument_of_fit(seen.location, name) for name in ("epochs", "initial_epoch"))
    if seen.location is None or epochs is None or first is None or epochs.lineno != epochs.end_lineno:
        return ()
    text = " + ".join(
        f"({ast.unparse(each)})"
        if isinstance(each, (ast.IfExp, ast.BoolOp, ast.Lambda))
        else ast.unparse(each)
        for each in (first, epochs)
    )
    return lines_with(seen.location, [(epochs.lineno, epochs.col_offset, epochs.end_col_offset, text)])
