"""LT502: A mask does not reach the layer that needs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef, Structure
from layertrace.timeline.ownership import is_container, is_lambda

_MASKS = "https://keras.io/guides/understanding_masking_and_padding/"


@rule("LT502", "mask-lost", "warning", _MASKS)
def mask_lost(context: DiagnosisContext) -> Iterator[Violation]:
    """A mask does not reach the layer that needs it.

    A mask rides on the tensor. A layer hands it on only if it says that it supports masking, or computes
    one; a raw operation such as `h * 2.0` hands on nothing. The RNN, the attention or the pooling behind
    it then takes the padding for data.

    Bad:

    ```python
    class Scale(keras.layers.Layer):
        def call(self, x):
            return x * 2.0
    ```

    Good:

    ```python
    class Scale(keras.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.supports_masking = True

        def call(self, x):
            return x * 2.0
    ```
    """
    destroyers = [state for state in context.states.values() if _destroys(context, state)]
    for state in destroyers:
        call = next(iter(context.of(state.layer, "call")), None)
        init = next(iter(context.of(state.layer, "init")), None)
        is_lambda = _is_lambda(state)
        where = init if is_lambda and init is not None else call
        yield Violation(
            message="{layer} gets a mask with its input and does not hand it on, so the layers behind it "
            "take the "
            "padding for data.",
            layer=state.layer,
            location=state.methods.get("call") or (where.location if where is not None else None),
            evidence=(Evidence("mask in, none out", () if call is None else (call.seq,)),),
            fix="keras.layers.Lambda(..., mask=lambda inputs, mask: mask)"
            if is_lambda
            else "self.supports_masking = True  # in __init__, after super().__init__()",
        )
    if not destroyers:
        yield from _lost_in_a_call(context)


def _destroys(context: DiagnosisContext, state: LayerState) -> bool:
    if not is_user_defined(state.layer) and not _is_lambda(state):
        return False
    if state.supports_masking or "compute_mask" in state.methods:
        return False
    calls = context.of(state.layer, "call")
    masked = any("masked" in one.flags for one in calls) and all(one.mask is None for one in calls)
    if not masked and state.masked != (True, False):
        return False
    return all(_keeps_steps(one) for one in calls if one.error is None) and _is_missed(context, calls)


def _is_lambda(state: LayerState) -> bool:
    """Tell a `Lambda` of Keras 3, which hands a mask on only if it is told how."""
    return state.layer.framework == "keras" and is_lambda(state.layer)


def _keeps_steps(call: Event) -> bool:
    """Tell a call whose output has the same steps as its input, so that the mask would still fit.

    What pools the steps has nothing to hand a mask on for, whether it used it or not.
    """
    given, made = _first_shape(call.inputs), _first_shape(call.outputs)
    return len(given) == len(made) and _fits(given, made)


def _first_shape(value: Structure) -> tuple[int | None, ...]:
    """Return the shape of the first tensor that may have steps."""
    return next((one.shape for one in specs(value) if one.shape is not None and len(one.shape) > 1), ())


def _fits(one: tuple[int | None, ...], other: tuple[int | None, ...]) -> bool:
    """Tell whether two shapes have a batch and steps, and may have the same."""
    pairs = list(zip(one[:2], other[:2], strict=False))
    return len(pairs) == 2 and all(a == b or a is None or b is None for a, b in pairs)


def _is_missed(context: DiagnosisContext, calls: Sequence[Event]) -> bool:
    """Tell whether a layer behind, met in the same place, would take a mask of these steps and got none."""
    takers = [(one, _first_shape(one.inputs)) for one in context.events("call", _lacks_a_mask)]
    takers += [(one, _shape_built(one)) for one in context.events("build") if _is_unmasked(context, one)]
    firsts = {context.enclosing_layer(call): call for call in reversed(calls)}
    return any(
        later.seq > call.seq
        and later.layer != call.layer
        and context.enclosing_layer(later) == place
        and _fits(_first_shape(call.outputs), shape)
        for place, call in firsts.items()
        for later, shape in takers
    )


def _lacks_a_mask(event: Event) -> bool:
    """Tell a call that takes a mask and got none; a model takes one only for the layers in it."""
    if event.mask is not False or "masked" in event.flags or event.layer is None:
        return False
    return not is_container(event.layer)


def _is_unmasked(context: DiagnosisContext, build: Event) -> bool:
    """Tell the build of a layer that no mask reaches in its model, which need not have called it yet."""
    state = context.state(build.layer)
    return state is not None and state.masked is not None and not state.masked[0] and _needs_mask(state.layer)


def _shape_built(build: Event) -> tuple[int | None, ...]:
    """Return the shape that a layer was built for, the first of several."""
    given = next(iter(build.arguments.values()), None)
    while isinstance(given, tuple) and given and isinstance(given[0], tuple):
        given = given[0]
    sizes = given if isinstance(given, tuple) else ()
    return tuple(one for one in sizes if one is None or isinstance(one, int))


def _lost_in_a_call(context: DiagnosisContext) -> Iterator[Violation]:
    """Find a layer that takes a mask and got none, after one that made a mask in the same call."""
    told = set()
    if not any(state.makes_mask for state in context.states.values()):
        return
    for outer in context.events("call"):
        if outer.layer is None or not is_user_defined(outer.layer):
            continue
        maker: Event | None = None
        for event in context.children(outer):
            state = context.state(event.layer)
            if event.kind != "call" or event.layer is None or state is None:
                continue
            if state.makes_mask:
                maker = event
            elif maker is not None and _needs_mask(event.layer):
                if event.mask or "masked" in event.flags:
                    maker = None  # the mask has come to its end: what follows is another branch
                    continue
                given, made = _first_shape(event.inputs), _first_shape(maker.outputs)
                if event.mask is None or event.layer.id in told or not _fits(given, made):
                    continue
                told.add(event.layer.id)
                yield Violation(
                    message=f"{{layer}} runs without the mask that "
                    f"{maker.layer.name if maker.layer else ''} made: "
                    "an operation between them, which is no layer, dropped it.",
                    layer=event.layer,
                    location=event.location,
                    evidence=(
                        Evidence(f"{maker.layer} makes a mask", (maker.seq,), maker.location),
                        Evidence(f"{event.layer.name} gets none", (event.seq,), event.location),
                    ),
                    fix=f"mask = self.{_held(context, outer, maker)}.compute_mask(inputs)\n"
                    f"x = self.{_held(context, outer, event)}(x, mask=mask)",
                )


def _held(context: DiagnosisContext, outer: Event, event: Event) -> str:
    return "layer" if event.layer is None else context.name_in(outer.layer, event.layer)


def _needs_mask(layer: LayerRef) -> bool:
    """Tell a layer that takes padding for data without a mask."""
    recurrent = (".RNN", ".LSTM", ".GRU", ".SimpleRNN", ".Bidirectional", ".MultiHeadAttention")
    return any(base.endswith(recurrent) for base in layer.bases)
