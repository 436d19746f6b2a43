"""LT538: A normalization takes another axis for the channels than the convolution before it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Event, LayerRef, Location, TensorSpec

_NORMALIZATIONS = ("BatchNormalization", "GroupNormalization", "SyncBatchNormalization")


@rule("LT538", "normalized-over-wrong-axis", "warning", links.TRAINING)
def normalized_over_wrong_axis(context: DiagnosisContext) -> Iterator[Violation]:
    """A normalization takes another axis for the channels than the convolution before it.

    ## Why is this bad?

    The argument `axis` is the one that is kept: each position on it has its own mean, variance, scale and
    offset. Behind a convolution these are the channels, which come last unless `data_format` is
    `"channels_first"`. With another axis, each row of the image has its own statistics, channels of different
    scale share them, and the layer works for images of one size only.

    ## Example

    ```python
    x = layers.Conv2D(16, 3)(images)
    x = layers.BatchNormalization(axis=1)(x)
    ```

    ## Use instead

    ```python
    x = layers.Conv2D(16, 3)(images)
    x = layers.BatchNormalization()(x)
    ```

    ## Known limits

    Compared are layers that were called inside a model or layer, with data or in a graph, where only layers
    that keep the shape were called in between.
    """
    examined, reported = set[tuple[LayerRef, str]](), set[LayerRef]()
    for call in context.events("call"):
        layer, spec = call.layer, call.inputs
        if layer is None or layer.class_name not in _NORMALIZATIONS or (layer, call.mode) in examined:
            continue
        examined.add((layer, call.mode))  # the later calls are alike, and a loop may have thousands
        conv = None if layer in reported else _convolution_before(context, call)
        if conv is None or not isinstance(spec, TensorSpec) or spec.shape is None:
            continue
        axis, channels = _axis(context, layer, len(spec.shape)), _channels(context, conv)
        if axis is not None and channels is not None and axis != channels:
            reported.add(layer)
            yield _violation(context, layer, call, conv, axis, channels)


def _convolution_before(context: DiagnosisContext, call: Event) -> Event | None:
    """Return the call of a convolution whose result a call was given, unchanged in shape since."""
    around = context.parent(call)
    siblings = () if around is None else context.children(around)
    earlier = [each for each in siblings if each.seq < call.seq and each.kind == "call"]
    for before in reversed(earlier):
        if before.outputs != call.inputs or before.mode != call.mode:
            return None
        if before.layer is not None and "Conv" in before.layer.class_name:
            return before
        if before.inputs != before.outputs:
            return None
    return None


def _axis(context: DiagnosisContext, layer: LayerRef, rank: int) -> int | None:
    """Return the axis that a normalization keeps, from 0; None if it is unknown, or if it keeps several."""
    init = context.init_of(layer)
    axis = None if init is None else init.arguments.get("axis", -1)
    return axis % rank if type(axis) is int and rank > 2 else None


def _channels(context: DiagnosisContext, conv: Event) -> int | None:
    """Return the axis of the channels of a convolution, if the shape of its result has them there."""
    init = None if conv.layer is None else context.init_of(conv.layer)
    spec = conv.outputs
    if init is None or not isinstance(spec, TensorSpec) or not spec.shape or len(spec.shape) < 3:
        return None
    filters, given = init.arguments.get("filters"), init.arguments.get("data_format")
    axes = [axis for axis in (1, len(spec.shape) - 1) if spec.shape[axis] == filters]
    if given in ("channels_first", "channels_last"):
        axes = [axis for axis in axes if (axis == 1) == (given == "channels_first")]
    return axes[0] if len(axes) == 1 else None


def _violation(
    context: DiagnosisContext, layer: LayerRef, call: Event, conv: Event, axis: int, channels: int
) -> Violation:
    init, spec = context.init_of(layer), call.inputs
    place = call.location if init is None else init.location
    edits = _with_axis(place, layer, 1 if channels == 1 else -1)
    size = spec.shape[axis] if isinstance(spec, TensorSpec) and spec.shape else None
    each = "position" if size is None else f"of the {size} positions"
    return Violation(
        message=f"{{layer}} keeps a mean and a variance for each {each} on axis {axis} of {spec}, but "
        f"the channels of {'the convolution' if conv.layer is None else conv.layer.name} are on axis "
        f"{channels}.",
        layer=layer,
        location=place,
        evidence=(Evidence("the convolution before", seqs(conv, call), conv.location),),
        fix="" if edits else f"axis={1 if channels == 1 else -1}",
        fix_place="elsewhere",
        edits=edits,
    )


def _with_axis(place: Location | None, layer: LayerRef, axis: int) -> tuple[Edit, ...]:
    """Return the edit that passes another axis where a layer is created, if it is clear how."""
    calls = [
        node
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == layer.class_name
    ]
    if place is None or len(calls) != 1 or any(each.arg is None for each in calls[0].keywords):
        return ()
    call = calls[0]
    given = [each.value for each in call.keywords if each.arg == "axis"] or call.args[:1]
    if given:
        node = given[0]
        return lines_with(place, [(node.lineno, node.col_offset, node.end_col_offset, str(axis))])
    if call.end_lineno is None or call.end_col_offset is None:
        return ()
    text = f", axis={axis})" if call.keywords else f"axis={axis})"
    return lines_with(place, [(call.end_lineno, call.end_col_offset - 1, call.end_col_offset, text)])
