"""LT207: A layer was frozen or unfrozen after the train function was traced."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.tracing._shared import function_recreation, last_traced_call


@rule("LT207", "stale-trainable", "error", links.TRANSFER_LEARNING)
def stale_trainable(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer was frozen or unfrozen after the train function was traced.

    ## Why is this bad?

    Only `compile` recreates the train function. Without it, `fit` silently runs the graph that was traced
    with the old list of trainable variables.

    ## Example

    ```python
    model.fit(x, y)
    base.trainable = False
    model.fit(x, y)
    ```

    ## Use instead

    ```python
    model.fit(x, y)
    base.trainable = False
    model.compile(optimizer, loss)
    model.fit(x, y)
    ```

    ## Known limits

    - Seen only if the graph runs again after the change.
    - Of a frozen model, only the outermost layer is reported, not the layers inside it.
    - A frozen layer is reported only if an optimizer updates its variables in a graph, and an unfrozen one
      only if none does.
    """
    updated = {
        number
        for update in context.observations("update")
        if update.during is not None
        for number in update.variables
    }
    changed = {
        layer: observation
        for layer, observation in context.layer_observations("changed after trace")
        if observation.name == "trainable"
    }
    states = [state for layer in changed if (state := context.state(layer)) is not None]
    inside = {child for state in states for child in state.children}
    for layer, observation in changed.items():
        state = context.state(layer)
        if layer.id in inside or state is None:
            continue
        is_updated = bool(updated.intersection(state.variables) - {0})
        # Frozen and not updated, or trainable and updated: the graph agrees with the flag, as in
        # tests/cases/clean/teacher_frozen_after_the_first_epoch.py
        if (observation.now is False and not is_updated) or (observation.now is True and is_updated):
            continue
        consequence = "still updates it" if observation.now is False else "does not update it"
        yield Violation(
            message=f"{{layer}} has trainable={observation.now} now, but the train function that ran here "
            f"was traced before that and {consequence}.",
            layer=layer,
            location=observation.location,
            evidence=(
                Evidence(
                    f"trainable: {observation.before} → {observation.now}",
                    last_traced_call(context, layer),
                    observation.location,
                ),
            ),
            fix=f"{function_recreation(context, layer)}  # after changing trainable: "
            "traces again with the new list",
        )
