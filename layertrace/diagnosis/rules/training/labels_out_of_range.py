"""LT537: A sparse crossentropy is given a class that the model has no output for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs, specs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.training._targets import argument_of_fit
from layertrace.diagnosis.tapes import argument
from layertrace.diagnosis.user_source import dotted, nodes_at
from layertrace.timeline.context import Failure
from layertrace.timeline.event import Event, LayerRef, Location

_RAISED = re.compile(
    r"Received a label value of (-?\d+) which is outside the valid range of \[0, (\d+)\)\.\s+"
    r"Label values: ([-\d ]+)"
)
"""Of the kernel `SparseSoftmaxCrossEntropyWithLogits` (TensorFlow 2.16 to 2.21)."""
_SIZES = ("units", "filters")


@rule("LT537", "labels-out-of-range", "error", links.TRAINING)
def labels_out_of_range(context: DiagnosisContext) -> Iterator[Violation]:
    """A sparse crossentropy is given a class that the model has no output for.

    ## Why is this bad?

    A sparse crossentropy takes the number of a class as the position of an output, and positions begin with
    0. Three classes that are numbered 1, 2 and 3, as in a table or by a `StringLookup`, whose 0 is the
    unknown word, do not fit three outputs: training ends with an error, or on a GPU with a loss of NaN.

    ## Example

    ```python
    model = keras.Sequential([layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y)  # y has 1, 2 and 3
    ```

    ## Use instead

    ```python
    model = keras.Sequential([layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y - 1)
    ```

    ## Known limits

    This is reported if TensorFlow raises an exception, as it does on a CPU. LT525 reports a loss that becomes
    NaN.
    """
    places: list[Event | Failure] = [*context.errors]
    if context.failure is not None and not places:
        places = [context.failure]
    for place in places:
        raised = _RAISED.search("" if place.error is None else place.error.message)
        if raised is not None:
            yield _violation(context, place, int(raised[1]), int(raised[2]), raised[3])


def _violation(
    context: DiagnosisContext, place: Event | Failure, label: int, units: int, batch: str
) -> Violation:
    line, model = context.line(place), context.subject(place)
    layer = _with_outputs(context, units) or model
    edits = _numbered_from_zero(context, model, line, units) or _with_more_units(context, model, layer, units)
    if label < 0:
        losses = f"{'keras' if layer is None else layer.framework}.losses"
        fix = f"loss={losses}.SparseCategoricalCrossentropy(ignore_class={label})  # skips these targets"
    elif min(map(int, batch.split()), default=0) >= 1:
        fix = f"# number the classes 0 to {units - 1} in the targets: 1 less"
    else:
        fix = f"# number the classes 0 to {units - 1} in the targets, or create one output more for each"
    has = "an output for the class 0 only" if units == 1 else f"outputs for the classes 0 to {units - 1}"
    return Violation(
        message=f"{{layer}} has {has}, and the targets have the class {label}.",
        layer=layer,
        location=line,
        evidence=(Evidence(f"Received a label value of {label}", seqs(place), line),),
        fix="" if edits and label >= 0 else fix,
        fix_place="elsewhere",
        edits=edits if label >= 0 else (),
    )


def _with_outputs(context: DiagnosisContext, units: int) -> LayerRef | None:
    """Return the layer that was called last among those that were created with this number of units."""
    for call in reversed(context.events("call")):
        sizes = {spec.shape[-1] for spec in specs(call.outputs) if spec.shape}
        init = None if call.layer is None or sizes != {units} else context.init_of(call.layer)
        if init is not None and units in map(init.arguments.get, _SIZES):
            return call.layer
    return None


def _range(context: DiagnosisContext, model: LayerRef | None) -> tuple[float, float] | None:
    """Return the least and the greatest target of the last fit of a model, if they are whole numbers."""
    targets = [
        seen
        for layer, seen in context.layer_observations("targets")
        if layer == model and seen.role == "outside 0 to 1" and seen.now is True
    ]
    ends = targets[-1].before if targets else ()
    numbers = [each for each in ends if isinstance(each, float)] if isinstance(ends, tuple) else []
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None


def _numbered_from_zero(
    context: DiagnosisContext, model: LayerRef | None, line: Location | None, units: int
) -> tuple[Edit, ...]:
    """Return the edit that subtracts 1 from the targets of a fit, if they are numbered from 1."""
    node = argument_of_fit(line, "y")
    if _range(context, model) != (1, units) or node is None or line is None or _validates(line):
        return ()
    text = ast.unparse(ast.BinOp(node, ast.Sub(), ast.Constant(1)))
    return lines_with(line, [(node.lineno, node.col_offset, node.end_col_offset, text)])


def _validates(line: Location) -> bool:
    """Return whether a fit is given other targets for the validation, which had to be changed, too."""
    calls = (node for node in nodes_at(line) if isinstance(node, ast.Call))
    return any(each.arg in ("validation_data", None) for call in calls for each in call.keywords)


def _with_more_units(
    context: DiagnosisContext, model: LayerRef | None, layer: LayerRef | None, units: int
) -> tuple[Edit, ...]:
    """Return the edit that creates an output for each class that the targets have."""
    ends, init = _range(context, model), None if layer is None else context.init_of(layer)
    place = None if init is None else init.location
    if ends is None or ends[0] < 0 or place is None or layer is None:
        return ()
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    given = [
        argument(call, 0, name)
        for call in calls
        for name in _SIZES
        if dotted(call.func).rpartition(".")[2] == layer.class_name
    ]
    numbers = {node for node in given if isinstance(node, ast.Constant) and node.value == units}
    texts = [(node.lineno, node.col_offset, node.end_col_offset, f"{ends[1] + 1:.0f}") for node in numbers]
    return lines_with(place, texts) if len(texts) == 1 else ()
