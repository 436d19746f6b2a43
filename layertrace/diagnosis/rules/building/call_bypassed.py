"""LT306: A layer overrides `__call__`, or its `call` is invoked directly."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.building._shared import calls_on
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef


@rule("LT306", "call-bypassed", "error", links.SUBCLASSING)
def call_bypassed(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer overrides `__call__`, or its `call` is invoked directly.

    `Layer.__call__` builds the layer, casts its inputs, hands on `training` and masks, and keeps track of
    losses; then it runs `call`. A class of its own defines `call`, and a layer is called as `layer(x)`.

    Bad:

    ```python
    class Block(keras.layers.Layer):
        def __call__(self, x):
            return self.dense(x)
    ```

    Good:

    ```python
    class Block(keras.layers.Layer):
        def call(self, x):
            return self.dense(x)
    ```
    """
    for state in context.states.values():
        method = state.methods.get("__call__")
        skips = (
            not state.built and not context.of(state.layer, "call") and not context.of(state.layer, "build")
        )
        if (
            method is not None
            and skips
            and is_user_defined(state.layer)
            and not _reaches_keras(context, state)
        ):
            init = next(iter(context.of(state.layer, "init")), None)
            yield Violation(
                message="{layer} overrides __call__, so Keras never built it nor ran its call: name the "
                "method call.",
                layer=state.layer,
                location=method,
                evidence=(Evidence("never built", () if init is None else (init.seq,), method),),
                fix="def call(self, x): ...",
            )
    for layer in context.layers:
        direct = [one for one in context.of(layer, "call") if "direct" in one.flags]
        first = next(iter(direct), None)
        if first is None or layer.framework != "keras" or _was_built(context, layer):
            continue
        if any(one.seq < first.seq for one in context.of(layer, "build")):
            continue
        failed = first.error is not None and first.error.origin
        if not failed and not _lacks_its_build(context, layer):
            continue
        what = "" if failed else ", and never is: what its build makes is missing"
        yield Violation(
            message=f"{{layer}} was not built when its call was invoked directly{what}: call the layer "
            "itself.",
            layer=layer,
            location=first.location,
            evidence=(Evidence("call without build", (first.seq,), first.location),),
            fix=f"{_called(context, first)}(x)  # not {_called(context, first)}.call(x)",
            severity=None if failed else "warning",
        )


def _reaches_keras(context: DiagnosisContext, state: LayerState) -> bool:
    """Tell a layer whose `__call__` ends in that of Keras, by its source or by another of its class.

    It has only been made, then, and not called: for its configuration, or for later.
    """
    if calls_on(state.methods.get("__call__"), "__call__"):
        return True
    likes = [one for one in context.states.values() if one.layer.bases == state.layer.bases]
    return any(one.built and context.of(one.layer, "call") for one in likes)


def _lacks_its_build(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Tell a layer with a `build` of the user's that never ran."""
    state = context.state(layer)
    return state is not None and state.built is False and "build" in state.methods and state.alive


def _called(context: DiagnosisContext, event: Event) -> str:
    """Return how the code that calls a layer reaches it: by an attribute of its own, or by name."""
    layer, owner = event.layer, context.enclosing_layer(event)
    if layer is None or owner is None:
        return "layer" if layer is None else layer.name
    state = context.state(owner)
    return (
        f"self.{context.name_in(owner, layer)}"
        if state is not None and layer.id in state.held
        else layer.name
    )


def _was_built(context: DiagnosisContext, layer: LayerRef) -> bool:
    state = context.state(layer)
    return state is not None and bool(state.built)
