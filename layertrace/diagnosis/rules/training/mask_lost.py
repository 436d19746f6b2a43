"""LT502: A mask does not reach the layer that needs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.layer_expressions import layer_calls_at
from layertrace.diagnosis.method_edits import in_init, only
from layertrace.diagnosis.rewriting import rewritten, source_of, without_call
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.training._masks_in_models import dropped_in_models
from layertrace.diagnosis.user_source import dotted, nodes_at, parameters
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Event, LayerRef, Structure
from layertrace.timeline.ownership import is_container, is_keras_layer, is_lambda


@rule("LT502", "mask-lost", "warning", links.MASKING, backends=ANY_BACKEND)
def mask_lost(context: DiagnosisContext) -> Iterator[Violation]:
    """A mask does not reach the layer that needs it.

    ## Why is this bad?

    A mask is attached to a tensor. A layer passes it on only if it declares that it supports masking or
    computes a mask, and a raw operation such as `h * 2.0` drops it, also between the layers of a functional
    model. So does `Add` if one of its inputs has no mask. The recurrent, attention or pooling layers that
    follow then treat padding as data.

    ## Example

    ```python
    class Scale(keras.layers.Layer):
        def call(self, x):
            return x * 2.0
    ```

    ## Use instead

    ```python
    class Scale(keras.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.supports_masking = True

        def call(self, x):
            return x * 2.0
    ```

    ## Known limits

    A layer that holds an `Embedding(mask_zero=True)` loses the mask, too, if it has no `compute_mask`.
    Reported are your own layers and `Lambda` layers that keep the steps of their input, if a later layer in
    the same model or call needs a mask for as many steps. Without any such layer, the rule looks for an
    operation that drops a mask within one `call`, up to a layer with a `compute_mask`. It compares steps,
    not tensors, so it may take the mask of one input for that of another with the same number of steps.

    In a functional model, operations that keep the steps and `concatenate` are followed; not one that is
    given a condition or a number for each step, such as the mask itself. A layer that is called several
    times is not looked at. Keras itself warns of its layers that drop masks, such as `Conv1D`.
    """
    yield from _made_inside(context)
    yield from dropped_in_models(context)
    droppers = [state for state in context.states.values() if _drops_mask(context, state)]
    for state in droppers:
        call = next(iter(context.of(state.layer, "call")), None)
        init = context.init_of(state.layer)
        is_lambda = _is_lambda(state)
        origin = init if is_lambda and init is not None else call
        edits = () if is_lambda else only(in_init(state.methods.get("call"), "self.supports_masking = True"))
        yield Violation(
            message="{layer} receives a mask with its input but does not pass it on, so the layers after it "
            "treat padding as data.",
            layer=state.layer,
            location=state.methods.get("call") or (origin.location if origin is not None else None),
            evidence=(Evidence("mask received, none returned", seqs(call)),),
            fix=""
            if edits
            else "keras.layers.Lambda(..., mask=lambda inputs, mask: mask)"
            if is_lambda
            else "self.supports_masking = True  # in __init__, after super().__init__()",
            edits=edits,
        )
    if not droppers:
        yield from _dropped_by_operations(context)


def _drops_mask(context: DiagnosisContext, state: LayerState) -> bool:
    """Return whether a layer receives a mask, drops it, and a later layer misses it."""
    if not is_user_defined(state.layer) and not _is_lambda(state):
        return False
    # A layer with a `compute_mask` supports masking, too: tests/cases/clean/masks_dropped_on_purpose.py
    if state.supports_masking:
        return False
    calls = context.of(state.layer, "call")
    is_masked = any("masked" in call.flags for call in calls) and all(call.mask is None for call in calls)
    if not is_masked and state.masked != (True, False):
        return False
    # tests/cases/clean/masks_that_end.py
    return all(_keeps_steps(call) for call in calls if call.error is None) and _is_missed(context, calls)


def _is_lambda(state: LayerState) -> bool:
    """Return whether a layer is a `Lambda` of Keras 3, which passes a mask on only with `mask=`."""
    return state.layer.framework == "keras" and is_lambda(state.layer)


def _keeps_steps(call: Event) -> bool:
    """Return whether the output of a call has the same steps as its input, so that the mask still fits.

    A layer that pools the steps has no use for a mask of its output.
    """
    before, after = _first_shape(call.inputs), _first_shape(call.outputs)
    return len(before) == len(after) and _have_same_steps(before, after)


def _first_shape(value: Structure) -> tuple[int | None, ...]:
    """Return the shape of the first tensor that may have steps."""
    return next((spec.shape for spec in specs(value) if spec.shape is not None and len(spec.shape) > 1), ())


def _have_same_steps(first: tuple[int | None, ...], second: tuple[int | None, ...]) -> bool:
    """Return whether two shapes have a batch and steps, and may agree in both."""
    pairs = list(zip(first[:2], second[:2], strict=False))
    return len(pairs) == 2 and all(a == b or a is None or b is None for a, b in pairs)


def _is_missed(context: DiagnosisContext, calls: Sequence[Event]) -> bool:
    """Return whether a later layer in the same model or call needs a mask for these steps and got none."""
    takers = [(call, _first_shape(call.inputs)) for call in context.events("call", _lacks_mask)]
    takers += [
        (build, _built_shape(build)) for build in context.events("build") if _is_unmasked(context, build)
    ]
    first_calls = {context.enclosing_layer(call): call for call in reversed(calls)}
    return any(
        taker.seq > call.seq
        and taker.layer != call.layer
        and context.enclosing_layer(taker) == outer
        and _have_same_steps(_first_shape(call.outputs), shape)
        for outer, call in first_calls.items()
        for taker, shape in takers
    )


def _made_inside(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the user's layers that make a mask inside, return as many steps, and compute no mask.

    The mask that a layer inside makes ends with the `call` of the layer, unless `compute_mask` returns it.
    """
    for state in context.states.values():
        # A layer with a `compute_mask` decides itself: tests/cases/clean/masks_dropped_on_purpose.py
        if not is_user_defined(state.layer) or "compute_mask" in state.methods or is_container(state.layer):
            continue
        makers = [
            child for child in state.held if child in context.states and context.states[child].makes_mask
        ]
        call, maker = next(_calls_that_make_a_mask(context, state, makers), (None, None))
        if call is None or maker is None or maker.layer is None:
            continue
        takers = [
            taker
            for taker in context.events("call", _lacks_mask)
            if taker.seq > call.seq and _is_after(context, call, taker)
            if _have_same_steps(_first_shape(call.outputs), _first_shape(taker.inputs))
        ]
        if not takers or takers[0].layer is None:
            continue
        arguments = parameters(context.call_defined_at(state.layer))[1:2] or ["inputs"]
        name = context.name_in(state.layer, maker.layer)
        yield Violation(
            message=f"{{layer}} does not return the mask that its {name} makes, so {takers[0].layer.name} "
            "treats padding as data.",
            layer=state.layer,
            location=maker.location,
            evidence=(
                Evidence(f"{maker.layer} makes a mask", (call.seq, maker.seq), maker.location),
                Evidence(f"{takers[0].layer.name} receives none", (takers[0].seq,), takers[0].location),
            ),
            fix=f"def compute_mask(self, {arguments[0]}, mask=None):\n"
            f"    return self.{name}.compute_mask({arguments[0]})",
            fix_place="elsewhere",
        )


def _calls_that_make_a_mask(
    context: DiagnosisContext, state: LayerState, makers: Sequence[int]
) -> Iterator[tuple[Event, Event]]:
    """Yield the calls of a layer with the call inside that makes a mask, if no layer inside takes it.

    The layer returns as many steps as have a mask, so the mask would fit its output.
    """
    for call in context.of(state.layer, "call") if makers else ():
        inside = [each for each in context.descendants(call) if each.kind == "call"]
        maker = next((each for each in inside if each.layer is not None and each.layer.id in makers), None)
        # tests/cases/clean/masks_that_end.py
        is_taken = any(each.mask or "masked" in each.flags for each in inside)
        if maker is None or is_taken or call.error is not None or call.mask:
            continue
        made, returned = _first_shape(maker.outputs), _first_shape(call.outputs)
        if len(made) == len(returned) and _have_same_steps(made, returned):
            yield call, maker


def _is_after(context: DiagnosisContext, call: Event, taker: Event) -> bool:
    """Return whether a call is a sibling of another, or inside one, so that it may have the output."""
    parents = [taker.parent, *(outer.parent for outer in context.ancestors(taker))]
    is_inside = any(outer.seq == call.seq for outer in context.ancestors(taker))
    return not is_inside and call.parent in parents and taker.mode == call.mode


def _lacks_mask(call: Event) -> bool:
    """Return whether a layer takes a mask and got none; a model takes one only for its layers."""
    # tests/cases/clean/masks_that_end.py
    if call.mask is not False or "masked" in call.flags or call.layer is None:
        return False
    return not is_container(call.layer)


def _is_unmasked(context: DiagnosisContext, build: Event) -> bool:
    """Return whether no mask reaches a layer in its functional model, which may not have called it yet."""
    state = context.state(build.layer)
    return state is not None and state.masked is not None and not state.masked[0] and _needs_mask(state.layer)


def _built_shape(build: Event) -> tuple[int | None, ...]:
    """Return the shape that a layer was built for, the first of several."""
    shape = next(iter(build.arguments.values()), None)
    while isinstance(shape, tuple) and shape and isinstance(shape[0], tuple):
        shape = shape[0]
    sizes = shape if isinstance(shape, tuple) else ()
    return tuple(size for size in sizes if size is None or isinstance(size, int))


def _dropped_by_operations(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the layers that got no mask although an earlier layer in the same call made one."""
    reported = set()
    if not any(state.makes_mask for state in context.states.values()):
        return
    for outer in context.events("call"):
        if outer.layer is None or not is_user_defined(outer.layer):
            continue
        maker: Event | None = None
        for call in context.children(outer):
            state = context.state(call.layer)
            if call.kind != "call" or call.layer is None or state is None:
                continue
            if state.makes_mask:
                maker = call
            elif "compute_mask" in state.methods and "masked" in call.flags:
                # It ends the mask, or replaces it: tests/cases/clean/masks_dropped_on_purpose.py
                maker = None
            elif maker is not None and _needs_mask(call.layer):
                # The mask has arrived, so later layers are another branch:
                # tests/cases/clean/masks_that_end.py
                if call.mask or ("masked" in call.flags and "direct" not in call.flags):
                    maker = None
                    continue
                given, made = _first_shape(call.inputs), _first_shape(maker.outputs)
                if call.mask is None or call.layer.id in reported or not _have_same_steps(given, made):
                    continue
                if "direct" in call.flags and call.error is not None:
                    continue  # LT306
                reported.add(call.layer.id)
                yield _dropped_between(context, outer, maker, call, call.layer)


def _dropped_between(
    context: DiagnosisContext, outer: Event, maker: Event, call: Event, layer: LayerRef
) -> Violation:
    """Return the violation of a layer that runs without the mask which another layer made."""
    maker_name = maker.layer.name if maker.layer else ""
    direct = without_call(call.location) if "direct" in call.flags else ""
    fix = direct or _with_mask(context, outer, maker, call)
    return Violation(
        message="The call of {layer} is invoked directly, so Keras does not pass on the mask that "
        f"{maker_name} made, and padding is treated as data."
        if "direct" in call.flags
        else f"{{layer}} runs without the mask that {maker_name} made: an operation between them that is "
        "not a layer dropped it.",
        layer=layer,
        location=call.location,
        evidence=(
            Evidence(f"{maker.layer} makes a mask", (maker.seq,), maker.location),
            Evidence(f"{layer.name} receives none", (call.seq,), call.location),
        ),
        fix=fix
        or f"mask = self.{_attribute(context, outer, maker)}.compute_mask(inputs)\n"
        f"x = self.{_attribute(context, outer, call)}(x, mask=mask)",
        fix_place="in place" if fix else None,
    )


def _with_mask(context: DiagnosisContext, outer: Event, maker: Event, call: Event) -> str:
    """Write the statement that calls a layer with the mask of the layer that made it; empty if unknown."""
    making = _expression(maker, _attribute(context, outer, maker))
    calling = _expression(call, _attribute(context, outer, call))
    statement = next((node for node in nodes_at(call.location) if isinstance(node, ast.stmt)), None)
    if making is None or calling is None or statement is None or calling.keywords:
        return ""
    if len(making.args) != 1 or not isinstance(making.args[0], (ast.Name, ast.Attribute)):
        return ""
    mask = f"{dotted(making.func)}.compute_mask({dotted(making.args[0])})"
    is_attention = call.layer is not None and is_keras_layer(call.layer, ".MultiHeadAttention")
    given = f"attention_mask={mask}[:, None, :]" if is_attention else f"mask={mask}"
    return rewritten(
        call.location, statement, {calling: f"{source_of(call.location, calling)[:-1]}, {given})"}
    )


def _expression(call: Event, attribute: str) -> ast.Call | None:
    """Return the only expression of a line that calls the layer of an attribute."""
    calls = [node for node in layer_calls_at(call.location) if dotted(node.func).endswith(f".{attribute}")]
    return calls[0] if len(calls) == 1 else None


def _attribute(context: DiagnosisContext, outer: Event, call: Event) -> str:
    """Return the attribute in which a layer holds the layer that it calls."""
    return "layer" if call.layer is None else context.name_in(outer.layer, call.layer)


def _needs_mask(layer: LayerRef) -> bool:
    """Return whether a layer treats padding as data if it has no mask."""
    recurrent = (".RNN", ".LSTM", ".GRU", ".SimpleRNN", ".Bidirectional", ".GlobalAveragePooling1D")
    attention = (".MultiHeadAttention", ".GroupedQueryAttention", ".Attention", ".AdditiveAttention")
    return is_keras_layer(layer, *recurrent, *attention)
