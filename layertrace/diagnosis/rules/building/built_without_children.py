"""LT302: A layer without a `build` of its own was marked as built while the layers inside it are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.building._shared import late_children, own_build
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef


@rule("LT302", "built-without-children", "warning", links.SUBCLASSING)
def built_without_children(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer without a `build` of its own was marked as built while the layers inside it are not.

    `build` of Keras's base class cannot know how to build what is inside: it calls `call` symbolically
    for that, and if it cannot, or `layer.build(shape)` is invoked by hand, it marks the layer as built
    all the same. There are no weights to count, save or load until the first call.

    Bad:

    ```python
    model = Net()
    model.build((None, 4))
    model.load_weights(path)
    ```

    Good:

    ```python
    class Net(keras.Model):
        def build(self, input_shape):
            self.dense.build(input_shape)
    ```
    """
    told = set()
    for owner, event, outer in late_children(context):
        if own_build(context, owner) is None and owner.id not in told and event.layer is not None:
            told.add(owner.id)
            found = _unbuilt(context, owner, event.layer, "made in its first call")
            # One that ran without the child before uses it by choice, which no build could know.
            yield replace(found, severity="note") if _ran_before(context, owner, outer) else found
    for state in context.states.values():
        layer = state.layer
        if not state.built or not state.alive or not is_user_defined(layer) or "build" in state.methods:
            continue
        unbuilt = [s for n in state.children if (s := context.states.get(n)) and s.built is False and s.alive]
        # A child that is still unbuilt after a call is one that an option switches off.
        if unbuilt and layer.id not in told and context.of(layer, "build") and not context.of(layer, "call"):
            told.add(layer.id)
            yield _unbuilt(context, layer, unbuilt[0].layer, "still not made")
    for function, purpose in _NEED_WEIGHTS.items():
        failure = context.failure if context.raised_in(function) else None
        asked = None if failure is None else _unready(context, failure.layer, function)
        if failure is not None and asked is not None and asked.layer.id not in told:
            yield Violation(
                message=f"{{layer}} is not built yet, so it has no weights to {purpose}: call it once, or "
                "build it.",
                layer=asked.layer,
                location=failure.error.location,
                evidence=(Evidence("asked for its weights", (), failure.error.location),),
                fix=f"{asked.layer.name}(keras.Input(shape))  # once, before",
            )


def _ran_before(context: DiagnosisContext, layer: LayerRef, call: Event) -> bool:
    """Tell whether a layer was called with success before."""
    return any(one.seq < call.seq and one.error is None for one in context.of(layer, "call"))


_SET_WEIGHTS = "keras.src.layers.layer:set_weights"
_NEED_WEIGHTS = {
    ":count_params": "count",
    ":load_weights_only": "load into",
    ":save_weights_only": "save",
    _SET_WEIGHTS: "set or to copy",
}
"""Functions of Keras that refuse a layer without weights (`saving/saving_lib.py` of Keras 3.4 to 3.15)."""


def _unready(context: DiagnosisContext, layer: LayerRef | None, function: str) -> LayerState | None:
    """Return the layer without weights that such a function was asked for.

    A layer that is built may have been given the weights of one that is not: of its one unbuilt twin.
    """
    state = context.state(layer)
    if state is None or not state.built:
        return state
    likeness = _likeness(context, state)
    twins = [
        one for one in context.states.values() if one.built is False and _likeness(context, one) == likeness
    ]
    return twins[0] if function == _SET_WEIGHTS and len(twins) == 1 and twins[0].children else None


def _likeness(context: DiagnosisContext, state: LayerState) -> tuple[tuple[str, ...], list[str]]:
    """Return the class of a layer and those of the layers inside it, without inputs that building adds."""
    inside = [context.states[one].layer.class_name for one in state.children if one in context.states]
    return state.layer.bases, [one for one in inside if one != "InputLayer"]


def _unbuilt(context: DiagnosisContext, owner: LayerRef, child: LayerRef, when: str) -> Violation:
    build = next(iter(context.of(owner, "build")), None)
    line = None if build is None else build.location
    name = context.name_in(owner, child)
    return Violation(
        message=f"{{layer}} has no build of its own and was marked as built while its {name} "
        f"({child.class_name}) was not: the weights of that are {when}.",
        layer=owner,
        location=line,
        evidence=(Evidence("marked as built", () if build is None else (build.seq,), line),),
        fix=f"def build(self, input_shape):\n    {_building(name)}",
    )


def _building(name: str) -> str:
    """Write what builds a child, and with one in a list or dict all of them."""
    held, _, inside = name.partition("[")
    if not inside:
        return f"self.{name}.build(input_shape)"
    values = ".values()" if inside[:1] in "'\"" else ""
    return f"for layer in self.{held}{values}:\n        layer.build(input_shape)"
