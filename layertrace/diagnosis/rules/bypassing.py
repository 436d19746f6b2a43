"""The ways of Keras into a layer, `__init__` and `__call__`, overridden or passed by."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.timeline.event import LayerRef

_SUBCLASSING = "https://keras.io/guides/making_new_layers_and_models_via_subclassing/"


@rule("LT306", "call-bypassed", "error", _SUBCLASSING)
def call_bypassed(case: Case) -> Iterator[Found]:
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
    for state in case.states.values():
        method = state.methods.get("__call__")
        skips = not state.built and not case.of(state.layer, "call") and not case.of(state.layer, "build")
        if method is not None and skips and is_users(state.layer):
            init = next(iter(case.of(state.layer, "init")), None)
            yield Found(
                message="{layer} overrides __call__, so Keras never built it nor ran its call: name the "
                "method call.",
                layer=state.layer,
                location=method,
                evidence=(Evidence("never built", () if init is None else (init.seq,), method),),
                fix="def call(self, x): ...",
            )
    for layer in case.layers:
        direct = [one for one in case.of(layer, "call") if "direct" in one.flags]
        first = next(iter(direct), None)
        if first is None or layer.framework != "keras" or first.error is None or not first.error.origin:
            continue
        if any(one.seq < first.seq for one in case.of(layer, "build")) or _was_built(case, layer):
            continue
        yield Found(
            message="{layer} was not built when its call was invoked directly: call the layer itself.",
            layer=layer,
            location=first.location,
            evidence=(Evidence("call without build", (first.seq,), first.location),),
            fix=f"{layer.name}(x)  # not {layer.name}.call(x)",
        )


def _was_built(case: Case, layer: LayerRef) -> bool:
    state = case.state(layer)
    return state is not None and bool(state.built)


@rule("LT307", "super-init-forgotten", "error", _SUBCLASSING)
def super_init_forgotten(case: Case) -> Iterator[Found]:
    """A layer's `__init__` does not call that of Keras.

    Keras says so when the layer is first called, which may be far from the line that lacks it.

    Bad:

    ```python
    def __init__(self, units):
        self.units = units
    ```

    Good:

    ```python
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
    ```
    """
    for state in case.states.values():
        init = next((one for one in case.of(state.layer, "init") if one.error is None), None)
        if state.initialized is False and init is not None:
            yield Found(
                message="{layer} never ran the __init__ of Keras: its own does not call super().__init__().",
                layer=state.layer,
                location=state.methods.get("__init__") or init.defined_at,
                evidence=(Evidence("made here", (init.seq,), init.location),),
                fix="super().__init__(**kwargs)  # first line of __init__",
            )
