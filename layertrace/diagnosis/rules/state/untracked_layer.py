"""LT106: A layer calls another that Keras does not know to be its own."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef


@rule("LT106", "untracked-layer", "warning", links.SUBCLASSING)
def untracked_layer(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer calls another that Keras does not know to be its own.

    Keras finds the layers of a layer when they are assigned to an attribute, or are in a list or dict
    that is. It misses those put later into a list inside a dict, into `list[0]`, those in a lambda's
    defaults, in a plain object or in a global. Their weights are not trained, not counted, not saved.

    Bad:

    ```python
    self.groups = {}
    self.groups["a"] = []
    self.groups["a"].append(keras.layers.Dense(2))
    ```

    Good:

    ```python
    self.groups = {"a": [keras.layers.Dense(2)]}
    ```
    """
    tracked = {child for state in context.states.values() for child in state.children}
    told: set[int] = set()
    for event in context.events("call"):
        layer, own = event.layer, context.state(event.layer)
        if layer is None or layer.id in told or layer.id in tracked:
            continue
        if own is None or not own.alive or not own.variables:
            continue
        made = next(iter(context.of(layer, "init")), None)
        owner = _caller(context, event, made)
        state = context.state(owner)
        if owner is not None and owner.framework != layer.framework:
            continue  # that is LT702
        if (
            owner is None
            or owner.id == layer.id
            or not is_user_defined(owner)
            or state is None
            or not state.alive
        ):
            continue
        if _is_made_anew(context, made):
            continue
        by_owner = _made_by(context, made, owner)
        hidden = by_owner and _called_in_call(context, event)
        if not hidden and not _is_left_out(context, event, owner, own):
            continue
        told.add(layer.id)
        parameters = sum(
            one.variable.parameters for one in context.of(layer, "variable") if one.variable is not None
        )
        count = f"{parameters:,} parameters" if parameters else f"{len(own.variables)} weights"
        yield Violation(
            message=f"{owner.name} ({owner.class_name}) calls {{layer}}, which it does not track: its "
            f"{count} are "
            "neither trained nor saved with it.",
            layer=layer,
            location=made.location if made is not None else event.location,
            evidence=(
                Evidence("made here", () if made is None else (made.seq,), made.location if made else None),
                Evidence(f"called by {owner.name}", (event.seq,), event.location),
            ),
            fix=f"self.{layer.name} = keras.layers.{layer.class_name}(...)  # an attribute, or in a list "
            f"or dict\n"
            "# that is complete when it is assigned to one"
            if by_owner
            else f"def __init__(self, {layer.name}):  # of {owner.class_name}: give it the layer\n"
            f"    super().__init__()\n"
            f"    self.{layer.name} = {layer.name}",
            severity=None if _may_learn(context, own) else "note",
        )


def _may_learn(context: DiagnosisContext, state: LayerState) -> bool:
    """Tell a layer that has something to train from one that is frozen, or has the seeds of a generator."""
    weights = [context.variables.get(one) for one in state.variables]
    return state.trainable is not False and any(one is None or one.trainable for one in weights)


def _is_made_anew(context: DiagnosisContext, made: Event | None) -> bool:
    """Tell a layer that is made in a `call` or a `train_step`: that is LT103."""
    if made is None:
        return False
    busy = next((one for one in context.ancestors(made) if one.kind in ("init", "build", "call")), None)
    return context.step_of(made) is not None or (busy is not None and busy.kind == "call")


def _called_in_call(context: DiagnosisContext, event: Event) -> bool:
    outer = context.parent(event)
    return outer is not None and outer.kind == "call"


def _caller(context: DiagnosisContext, event: Event, made: Event | None) -> LayerRef | None:
    """Return the layer whose `call` or `train_step` calls another, or whose `__init__` made it for that."""
    outer = context.parent(event)
    if outer is not None and outer.kind == "call":
        return outer.layer
    step = context.step_of(event)
    if step is not None or made is None or context.enclosing_call(event) is not None:
        return None if step is None else step.layer
    makers = (one.layer for one in context.ancestors(made) if one.kind in ("init", "build"))
    return next((one for one in makers if one is not None), None)


def _is_left_out(context: DiagnosisContext, event: Event, owner: LayerRef, own: LayerState) -> bool:
    """Tell a layer that might be lent, but that no optimizer trains, while one trains those that call it."""
    weights = [context.variables[one] for one in own.variables if one in context.variables]
    if own.trainable is False or not any(one.trainable for one in weights) or 0 in own.variables:
        return False
    if all(one.training is False for one in context.of(own.layer, "call")):
        return False  # a teacher, or a loss: it is not meant to learn
    callers = (owner, *(outer.layer for outer in context.ancestors(event) if outer.kind == "call"))
    trained = {one for caller in callers if (state := context.state(caller)) for one in state.variables}
    return bool(trained & context.updated) and not context.updated & set(own.variables)


def _made_by(context: DiagnosisContext, made: Event | None, owner: LayerRef) -> bool:
    """Tell whether a layer was made in the `__init__` or `build` of its caller; others may be lent."""
    if made is None:
        return False
    return any(
        outer.layer is not None and outer.layer.id == owner.id and outer.kind in ("init", "build")
        for outer in context.ancestors(made)
    )
