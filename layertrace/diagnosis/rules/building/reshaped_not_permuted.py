"""LT317: A Reshape exchanges the sizes of axes, which mixes their numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.event import Event, LayerRef, Location, TensorSpec

Sizes = tuple[int, ...]
_MOST_STACKED = 4  # steps that a program may stack: a pyramid of LSTMs stacks 2


@rule("LT317", "reshaped-not-permuted", "warning", links.FUNCTIONAL_API)
def reshaped_not_permuted(context: DiagnosisContext) -> Iterator[Violation]:
    """A Reshape exchanges the sizes of axes, which mixes their numbers.

    ## Why is this bad?

    `Reshape` keeps the numbers in their order and cuts them into rows of another length. From 4 channels with
    25 steps each, `Reshape((25, 4))` makes rows of 4 steps of one channel, not of one step of 4 channels. The
    shapes fit, so nothing fails, and the model learns little. `Permute` turns the axes.

    ## Example

    ```python
    signals = keras.Input((4, 25))  # channels, steps
    x = layers.Reshape((25, 4))(signals)
    x = layers.LSTM(24)(x)
    ```

    ## Use instead

    ```python
    signals = keras.Input((4, 25))  # channels, steps
    x = layers.Permute((2, 1))(signals)
    x = layers.LSTM(24)(x)
    ```

    ## Known limits

    - Only the layer `Reshape` is examined, where all sizes are known and only their order changes.
    - One that may stack steps or divide them again is not reported: written with a product or a quotient, as
      in `Reshape((steps // 2, 2 * size))`, or with neighbours where one is 2 to 4 times the other.
    """
    reported: set[LayerRef] = set()
    for call in context.events("call"):
        layer = call.layer
        if layer is None or layer.class_name != "Reshape" or is_user_defined(layer) or layer in reported:
            continue
        before, after = _sizes(call.inputs), _sizes(call.outputs)
        # Axes of size 1 may stand anywhere: tests/cases/clean/reshapes_that_turn_nothing.py
        if sorted(before) != sorted(after) or _without_ones(before) == _without_ones(after):
            continue
        # Whatever its sizes, what is flattened is a row of all numbers in their order:
        # tests/cases/clean/reshapes_that_turn_nothing.py
        if _is_flattened(context, call):
            continue
        # tests/cases/clean/reshapes_that_stack_steps.py
        if not _may_stack(before, after) and not _is_computed(_place(context, call, layer)):
            reported.add(layer)
            yield _violation(context, call, layer, before, after)


def _is_flattened(context: DiagnosisContext, call: Event) -> bool:
    """Return whether the next layer that gets a tensor like the output of a call flattens it."""
    later = (each for each in context.events("call") if each.seq > call.seq and each.parent == call.parent)
    reader = next((each.layer for each in later if each.inputs == call.outputs), None)
    return reader is not None and reader.class_name == "Flatten"


def _sizes(value: object) -> Sizes:
    """Return the sizes of a tensor without the batch; nothing if one is unknown."""
    shape = value.shape if isinstance(value, TensorSpec) and value.shape else ()
    sizes = tuple(size for size in shape[1:] if size is not None)
    return sizes if len(sizes) == len(shape) - 1 else ()


def _without_ones(sizes: Sizes) -> Sizes:
    return tuple(size for size in sizes if size != 1)


def _may_stack(before: Sizes, after: Sizes) -> bool:
    """Return whether a few rows may become one, or one a few, which only happens to exchange the sizes."""
    at = [axis for axis, sizes in enumerate(zip(before, after, strict=True)) if sizes[0] != sizes[1]]
    if len(at) != 2 or at[1] != at[0] + 1:
        return False
    least, greatest = sorted(before[axis] for axis in at)
    return least > 0 and greatest % least == 0 and greatest // least <= _MOST_STACKED


def _is_computed(place: Location | None) -> bool:
    """Return whether the line of a Reshape multiplies or divides sizes."""
    return any(
        isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.FloorDiv))
        for call in _reshapes(place)
        for node in ast.walk(call)
    )


def _reshapes(place: Location | None) -> list[ast.Call]:
    """Return the calls on a line that create a Reshape."""
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    return [call for call in calls if dotted(call.func).rpartition(".")[2] == "Reshape"]


def _place(context: DiagnosisContext, call: Event, layer: LayerRef) -> Location | None:
    """Return the line that creates a layer, or else that of its call."""
    init = context.init_of(layer)
    return call.location if init is None else init.location


def _violation(
    context: DiagnosisContext, call: Event, layer: LayerRef, before: Sizes, after: Sizes
) -> Violation:
    place, order = _place(context, call, layer), _order(before, after)
    edits = _permuted(place, order)
    return Violation(
        message=f"{{layer}} makes {[*after]} of {[*before]} with all numbers in their order, which mixes the "
        "axes. Permute turns them.",
        layer=layer,
        location=place,
        evidence=(Evidence("called here", seqs(call), call.location),),
        fix="" if edits else f"{layer.framework}.layers.Permute({order})  # in place of the Reshape",
        fix_place="elsewhere",
        edits=edits,
    )


def _order(before: Sizes, after: Sizes) -> Sizes:
    """Return the dims of a `Permute` that makes the new sizes: for each the number of an axis, from 1."""
    left = list(enumerate(before, start=1))
    found = []
    for size in after:
        axis = next(each for each in left if each[1] == size)
        left.remove(axis)
        found.append(axis[0])
    return tuple(found)


def _permuted(place: Location | None, order: Sizes) -> tuple[Edit, ...]:
    """Return the edit that writes `layers.Permute` in place of `layers.Reshape`, if it is clear how."""
    calls = [call for call in _reshapes(place) if isinstance(call.func, ast.Attribute)]
    if place is None or len(calls) != 1:
        return ()
    function, keywords = calls[0].func, {each.arg: each.value for each in calls[0].keywords}
    shape = calls[0].args[0] if calls[0].args else None
    # `target_shape` is not an argument of Permute
    if shape is None or None in keywords or shape.lineno != shape.end_lineno or function.end_lineno is None:
        return ()
    end = function.end_col_offset or 0
    return lines_with(
        place,
        [
            (function.end_lineno, end - len("Reshape"), end, "Permute"),
            (shape.lineno, shape.col_offset, shape.end_col_offset, str(order)),
        ],
    )
