"""LT574: A second `fit` has no epoch left to make."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.training._targets import argument_of_fit
from layertrace.timeline.context import Observation


@rule("LT574", "fit-without-epoch", "error", links.TRAINING)
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

    Reported if another `fit` of the model was recorded before: a program may resume a training that is
    complete.
    """
    for layer, seen in context.layer_observations("fitted"):
        if seen.role != "no epoch":
            continue
        edits = _added(seen)
        yield Violation(
            message="{layer} was not trained by this fit: its epochs end before its initial_epoch begins.",
            layer=layer,
            location=seen.location,
            evidence=(Evidence("trained here before", (), seen.defined_at),),
            fix="" if edits else "epochs=initial_epoch + epochs",
            fix_place="elsewhere",
            edits=edits,
        )


def _added(seen: Observation) -> tuple[Edit, ...]:
    """Return the edit that adds the epochs to those before them."""
    epochs, first = (argument_of_fit(seen.location, name) for name in ("epochs", "initial_epoch"))
    if seen.location is None or epochs is None or first is None or epochs.lineno != epochs.end_lineno:
        return ()
    text = f"{ast.unparse(first)} + {ast.unparse(epochs)}"
    return lines_with(seen.location, [(epochs.lineno, epochs.col_offset, epochs.end_col_offset, text)])
