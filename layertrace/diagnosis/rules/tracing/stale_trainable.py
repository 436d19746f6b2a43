"""LT207: A layer was frozen or unfrozen after the train function was traced."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.tracing._shared import anew, calls


@rule("LT207", "stale-trainable", "error", links.TRANSFER_LEARNING)
def stale_trainable(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer was frozen or unfrozen after the train function was traced.

    `compile` makes the train function anew; without it, `fit` goes on with the graph that was traced with
    the old list of trainable variables, and says nothing.

    Bad:

    ```python
    model.fit(x, y)
    base.trainable = False
    model.fit(x, y)
    ```

    Good:

    ```python
    model.fit(x, y)
    base.trainable = False
    model.compile(optimizer, loss)
    model.fit(x, y)
    ```
    """
    updated = {n for one in context.observations("update") if one.during is not None for n in one.variables}
    changed = {
        one.layer.id: one
        for one in context.observations("changed after trace")
        if one.name == "trainable" and one.layer is not None
    }
    inside = {child for number in changed if (s := context.states.get(number)) for child in s.children}
    for number, one in changed.items():
        state = context.states.get(number)
        if number in inside or one.layer is None or state is None:
            continue
        touched = updated.intersection(state.variables) - {0}
        if not touched and one.now is False:
            continue
        if one.now is True and touched:
            continue
        what = "goes on updating it" if one.now is False else "does not update it"
        yield Violation(
            message=f"{{layer}} has trainable={one.now} now, but the train function that ran here was traced "
            f"before that and {what}.",
            layer=one.layer,
            location=one.location,
            evidence=(
                Evidence(f"trainable: {one.before} → {one.now}", calls(context, one.layer), one.location),
            ),
            fix=f"{anew(context, one.layer)}  # after changing trainable: traces again with the new list",
        )
