"""LT306: A layer overrides `__call__`, or its `call` is invoked directly."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rewriting import without_call
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.building._shared import calls_method
from layertrace.diagnosis.rules.training._shared import given_training
from layertrace.diagnosis.rules.training.training_not_passed import depends_on_training
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef


@rule("LT306", "call-bypassed", "error", links.SUBCLASSING, backends=WITH_TRAINING)
def call_bypassed(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer overrides `__call__`, or its `call` is invoked directly.

    ## Why is this bad?

    `Layer.__call__` builds the layer, casts its inputs, passes `training` and masks on, tracks losses, and
    then runs `call`. A class that overrides it, and code that calls `layer.call(x)`, skip all of this. A
    class defines `call`, and a layer is called as `layer(x)`.

    ## Example

    ```python
    class Block(keras.layers.Layer):
        def __call__(self, x):
            return self.dense(x)
    ```

    ## Use instead

    ```python
    class Block(keras.layers.Layer):
        def call(self, x):
            return self.dense(x)
    ```

    ## Known limits

    - A direct `layer.call(x)` of a layer that is built is reported only if it loses `training`: the call
      around it has `training=True`, this one passes none, and the layer depends on it. A direct call of a
      layer that is not built is reported if it failed, or if the `build` of the user's class never ran.
    - A `__call__` that calls the one of Keras is not reported.
    - Direct calls of layers of `tf_keras` are not examined.
    """
    for state in context.states.values():
        method = state.methods.get("__call__")
        if method is None or not is_user_defined(state.layer) or _was_run_by_keras(context, state):
            continue
        if not _reaches_keras(context, state):
            yield Violation(
                message="{layer} overrides __call__, so Keras never built it or ran its call; rename the "
                "method to call.",
                layer=state.layer,
                location=method,
                evidence=(Evidence("never built", seqs(context.init_of(state.layer)), method),),
                fix="def call(self, x): ...",
            )
    for layer in context.layers:
        lost = next((call for call in context.of(layer, "call") if _loses_training(context, call)), None)
        if lost is not None:
            yield _without_training(context, lost, layer)
            continue
        first = next((call for call in context.of(layer, "call") if "direct" in call.flags), None)
        # A layer that is built may be called in this way: tests/cases/clean/call_invoked_on_built_layers.py
        if first is None or layer.framework != "keras" or _is_built(context, layer):
            continue
        if any(build.seq < first.seq for build in context.of(layer, "build")):
            continue
        failed = first.error is not None and first.error.origin
        if not failed and not _lacks_its_build(context, layer):
            continue
        consequence = "" if failed else ", and never is: what its build creates is missing"
        name = _name_at_call(context, first, layer)
        yield Violation(
            message=f"{{layer}} was not built when its call was invoked directly{consequence}; call "
            "the layer itself.",
            layer=layer,
            location=first.location,
            evidence=(Evidence("call without build", (first.seq,), first.location),),
            fix=f"{name}(x)  # not {name}.call(x)",
            severity=None if failed else "warning",
        )


def _loses_training(context: DiagnosisContext, call: Event) -> bool:
    """Return whether a direct call runs in inference mode, though the call around it is a training call."""
    # tests/cases/clean/call_invoked_on_built_layers.py
    if "training lost" not in call.flags or given_training(call.location) is not None:
        return False
    state = context.state(call.layer)
    inside = () if state is None else state.children
    layers = [call.layer, *(context.states[child].layer for child in inside if child in context.states)]
    return any(layer is not None and depends_on_training(context, layer) for layer in layers)


def _without_training(context: DiagnosisContext, call: Event, layer: LayerRef) -> Violation:
    name = _name_at_call(context, call, layer)
    outer = context.enclosing_call(call)
    evidence = [Evidence("call without training", (call.seq,), call.location)]
    if outer is not None and outer.layer is not None:
        evidence.append(Evidence(f"{outer.layer.name} runs in training", seqs(outer), outer.location))
    return Violation(
        message="The call of {layer} is invoked directly, so Keras does not pass training=True on to it: it "
        "runs in inference mode while the layers around it train.",
        layer=layer,
        location=call.location,
        evidence=tuple(evidence),
        fix=without_call(call.location) or f"{name}(x)  # not {name}.call(x)",
        fix_place="in place" if without_call(call.location) else None,
        severity="warning",
    )


def _was_run_by_keras(context: DiagnosisContext, state: LayerState) -> bool:
    return bool(state.built or context.of(state.layer, "call") or context.of(state.layer, "build"))


def _reaches_keras(context: DiagnosisContext, state: LayerState) -> bool:
    """Return whether the `__call__` of a layer calls that of Keras, by its source or by another instance.

    Then it has only been created and not called, for its configuration or for later:
    tests/cases/clean/made_or_called_by_choice.py
    """
    if calls_method(state.methods.get("__call__"), "__call__"):
        return True
    others = [other for other in context.states.values() if other.layer.bases == state.layer.bases]
    return any(other.built and context.of(other.layer, "call") for other in others)


def _lacks_its_build(context: DiagnosisContext, layer: LayerRef) -> bool:
    """Return whether a layer has a `build` of the user's that never ran."""
    state = context.state(layer)
    return state is not None and state.built is False and "build" in state.methods and state.alive


def _name_at_call(context: DiagnosisContext, call: Event, layer: LayerRef) -> str:
    """Return how the code that calls a layer reaches it: by an attribute of its own, or by name."""
    owner = context.enclosing_layer(call)
    state = context.state(owner)
    if state is None or layer.id not in state.held:
        return layer.name
    return f"self.{context.name_in(owner, layer)}"


def _is_built(context: DiagnosisContext, layer: LayerRef) -> bool:
    state = context.state(layer)
    return state is not None and bool(state.built)
