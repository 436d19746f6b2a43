"""LT103: A layer makes another one each time it is called."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.state._shared import SUBCLASSING
from layertrace.diagnosis.user_source import is_guarded
from layertrace.timeline.event import Event, LayerRef
from layertrace.timeline.ownership import is_lambda


@rule("LT103", "layer-created-in-call", "error", SUBCLASSING, triggers=[("init", "call")])
def layer_created_in_call(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer makes another one each time it is called.

    It has new random weights every time, which nobody tracks, trains or saves; in a `tf.function` its
    variables are refused.

    Bad:

    ```python
    def call(self, x):
        return keras.layers.Dense(4)(x)
    ```

    Good:

    ```python
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4)

    def call(self, x):
        return self.dense(x)
    ```
    """
    found: dict[tuple[LayerRef, object], list[Event]] = {}
    for event in context.events("init"):
        owner = _layer_maker(context, event)
        if owner is not None and event.layer is not None and not _is_tracked(context, owner, event.layer):
            found.setdefault((owner, event.location), []).append(event)
    for (owner, _), events in found.items():
        if not any(context.of(one.layer, "variable") for one in events if one.layer is not None):
            continue  # an activation or a merge loses nothing
        made = events[0].layer
        name = made.class_name if made is not None else "layer"
        instances = f"{len(events)} so far" if len(events) > 1 else "1 so far"
        attribute = made.name.rstrip("0123456789").rstrip("_") if made is not None else "inner"
        step = context.step_of(events[0])
        when, where = ("it is called", "call") if step is None else (f"its {step.name} runs", step.name)
        yield Violation(
            message=f"{{layer}} makes a new {name} every time {when} ({instances}, none tracked): "
            f"its weights are "
            "new random numbers each time, and are never trained or saved.",
            layer=owner,
            location=events[0].location,
            evidence=(
                Evidence(f"{name} made in {where}", tuple(one.seq for one in events[:4]), events[0].location),
            ),
            fix=f"self.{attribute} = keras.layers.{name}(...)  # in __init__\nx = self.{attribute}(x)  # "
            f"in {where}",
        )


def _layer_maker(context: DiagnosisContext, event: Event) -> LayerRef | None:
    """Return the layer of the user's in whose call, or `train_step`, another one is made."""
    outer = context.parent(event)
    if outer is not None and outer.kind == "call":
        users = outer.layer is not None and (is_user_defined(outer.layer) or is_lambda(outer.layer))
        return outer.layer if users else None
    step = context.step_of(event)
    return None if step is None or is_guarded(event.location) else step.layer


def _is_tracked(context: DiagnosisContext, owner: LayerRef, made: LayerRef) -> bool:
    state = context.state(owner)
    return state is not None and made.id in state.children
