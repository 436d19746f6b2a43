"""LT313: A layer that was built for one shape is called with another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.rules.building.output_shape_mismatch import output_shape_mismatch
from layertrace.timeline.event import Event, LayerRef, Location, TensorSpec


@rule("LT313", "input-shape-changed", "error", links.BASE_LAYER, backends=ANY_BACKEND)
def input_shape_changed(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer that was built for one shape is called with another.

    ## Why is this bad?

    A layer creates its weights once, for the shape of its first input. The weights do not fit an input with
    another number of features or channels, and the second call fails, often inside an operation whose message
    names neither the layer nor the first shape.

    ## Example

    ```python
    conv = keras.layers.Conv2D(8, 3)
    x = conv(images)    # 3 channels
    x = conv(x)         # 8 channels
    ```

    ## Use instead

    ```python
    first, second = keras.layers.Conv2D(8, 3), keras.layers.Conv2D(8, 3)
    x = second(first(images))
    ```

    ## Known limits

    - Reported only if the call fails and the layer has weights.
    - The batch dimension and unknown dimensions are not compared; LT314 is about the batch.
    """
    if any(output_shape_mismatch.check(context)):
        return  # a layer before the failing one declares another shape than it returns
    reported: set[Location | None] = set()
    for failure in [*_failed_calls(context), *_refused_inputs(context)]:
        before, dimension = failure.before, _changed_dimension(failure.before, failure.now)
        if failure.place in reported or dimension is None:
            continue
        reported.add(failure.place)
        cls = failure.layer.class_name
        yield Violation(
            message=f"{{layer}} was built for {before} and is called with {failure.now} here: it takes "
            f"{_size(before, dimension)} in dimension {dimension}, not {_size(failure.now, dimension)}.",
            layer=failure.layer,
            location=failure.place,
            evidence=(Evidence(f"built for {before}", seqs(failure.built_by), failure.built_by.location),),
            fix=f"# a {cls} of its own for {failure.now}, or an input with {_size(before, dimension)}",
            fix_place="elsewhere",
        )


class _Failure(NamedTuple):
    """A call that failed: the shape that its layer was built for, and the shape that it got."""

    layer: LayerRef
    built_by: Event
    before: TensorSpec
    now: TensorSpec
    place: Location | None


def _failed_calls(context: DiagnosisContext) -> Iterator[_Failure]:
    """Yield the call that ended the program after another call of its layer had returned.

    A program may try a call and catch the exception: tests/cases/clean/call_invoked_on_built_layers.py
    """
    failure = None if context.failure is None else context.failure.error
    for error in context.errors:
        if failure is None or error.error is None or error.error.location != failure.location:
            continue
        call = error if error.kind == "call" else next(context.enclosing(error, "call"), None)
        if call is None or call.layer is None or not _has_weights(context, call.layer):
            continue
        earlier = _earlier(context, call.layer, call.seq)
        before, now = None if earlier is None else _first(earlier), _first(call)
        if earlier is not None and before is not None and now is not None:
            yield _Failure(call.layer, earlier, before, now, call.location)


def _refused_inputs(context: DiagnosisContext) -> Iterator[_Failure]:
    """Yield the inputs that Keras refused before the call of the layer began."""
    for place, error in context.errors_from(":assert_input_compatibility"):
        described = re.search(_REFUSED, error.message)
        named = [layer for layer in context.layers if described and layer.name == described["layer"]]
        if described is None or not named:
            continue
        now = TensorSpec("float32", tuple(_sizes(described["shape"])))
        earlier = _earlier(context, named[-1], context.timeline[-1].seq + 1)
        before = None if earlier is None else _first(earlier)
        if earlier is not None and before is not None:
            yield _Failure(named[-1], earlier, before, replace(now, dtype=before.dtype), context.line(place))


_REFUSED = (
    r"of layer ['\"](?P<layer>[^'\"]+)['\"].*(?:shape|shape=|Full shape received:)\s*\((?P<shape>[^)]*)\)"
)
"""How `assert_input_compatibility` of Keras 3.0 to 3.15 and tf_keras 2.16 to 2.21 ends its messages."""


def _sizes(shape: str) -> Iterator[int | None]:
    for size in shape.split(","):
        if size.strip():
            yield int(size) if size.strip().isdigit() else None


def _earlier(context: DiagnosisContext, layer: LayerRef, before: int) -> Event | None:
    """Return the first call of a layer that returned, or its build if it has not been called."""
    events = [event for event in context.of(layer) if event.seq < before and event.error is None]
    calls = (event for event in events if event.kind == "call")
    return next(calls, next((event for event in events if event.kind == "build"), None))


def _has_weights(context: DiagnosisContext, layer: LayerRef) -> bool:
    state = context.state(layer)
    return bool(context.of(layer, "variable")) or (state is not None and bool(state.variables))


def _first(event: Event) -> TensorSpec | None:
    """Return the first input of a call, or the shape that a layer was built for."""
    if event.kind == "call":
        return next(specs(event.inputs), None)
    shape = event.arguments.get("input_shape")
    if not isinstance(shape, tuple):
        return None
    return TensorSpec("float32", tuple(size if isinstance(size, int) else None for size in shape))


def _changed_dimension(before: TensorSpec, now: TensorSpec) -> int | None:
    """Return the first dimension after the batch that differs; None if none differs, or if the ranks do."""
    if before.shape is None or now.shape is None or len(before.shape) != len(now.shape):
        return None
    sizes = enumerate(zip(before.shape, now.shape, strict=True))
    return next((at for at, (old, new) in sizes if at and None not in (old, new) and old != new), None)


def _size(spec: TensorSpec, dimension: int) -> int | None:
    return None if spec.shape is None else spec.shape[dimension]
