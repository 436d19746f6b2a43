"""LT103: A layer creates another layer every time it is called."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_edits import created_once
from layertrace.diagnosis.user_source import is_guarded
from layertrace.timeline.event import Event, LayerRef, Location
from layertrace.timeline.ownership import is_lambda


@rule("LT103", "layer-created-in-call", "error", links.SUBCLASSING, triggers=[("init", "call")])
def layer_created_in_call(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer creates another layer every time it is called.

    ## Why is this bad?

    The inner layer has new random weights in every call. Nothing tracks, trains or saves them, and a
    `tf.function` fails when it is traced again, because it may not create variables then.

    ## Example

    ```python
    def call(self, x):
        return keras.layers.Dense(4)(x)
    ```

    ## Use instead

    ```python
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4)

    def call(self, x):
        return self.dense(x)
    ```

    ## Known limits

    - Layers without weights, such as an activation or a merge, are not reported: they lose nothing.
    - A layer that the outer one tracks in the end is taken to be created once.
    - In a `train_step`, a line under a condition on an attribute is taken to run once.
    - Calls of layers of Keras are not examined, except those of `Lambda`.
    """
    created: dict[tuple[LayerRef, Location | None], list[tuple[LayerRef, Event]]] = {}
    for event in context.events("init"):
        owner = _creating_layer(context, event)
        if owner is not None and event.layer is not None and not _is_tracked(context, owner, event.layer):
            created.setdefault((owner, event.location), []).append((event.layer, event))
    for (owner, location), pairs in created.items():
        if not any(context.of(layer, "variable") for layer, _ in pairs):
            continue  # an activation or a merge loses nothing: tests/cases/clean/helpers_without_weights.py
        inner, first = pairs[0]
        name = inner.class_name
        attribute = inner.name.rstrip("0123456789").rstrip("_")
        step = context.step_of(first)
        when, where = ("it is called", "call") if step is None else (f"its {step.name} runs", step.name)
        yield Violation(
            message=f"{{layer}} creates a new {name} every time {when} ({len(pairs)} so far, none tracked): "
            "its weights are new random numbers each time, and are never trained or saved.",
            layer=owner,
            location=location,
            evidence=(
                Evidence(f"{name} created in {where}", seqs(*(init for _, init in pairs[:4])), location),
            ),
            fix=created_once(location, name, attribute, where)
            or f"self.{attribute} = keras.layers.{name}(...)  # in __init__\n"
            f"x = self.{attribute}(x)  # in {where}",
        )


def _creating_layer(context: DiagnosisContext, init: Event) -> LayerRef | None:
    """Return the user's layer whose `call`, or whose `train_step`, creates another."""
    outer = context.parent(init)
    if outer is not None and outer.kind == "call":
        if outer.layer is None:
            return None
        is_users = is_user_defined(outer.layer) or is_lambda(outer.layer)
        return outer.layer if is_users else None
    step = context.step_of(init)
    return None if step is None or is_guarded(init.location) else step.layer


def _is_tracked(context: DiagnosisContext, owner: LayerRef, layer: LayerRef) -> bool:
    state = context.state(owner)
    return state is not None and layer.id in state.children
