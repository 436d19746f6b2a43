"""LT575: A model scales pixels, and is fitted to data that is scaled already."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.training._targets import argument_of_fit
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef


@rule("LT575", "data-scaled-twice", "warning", links.PREPROCESSING, backends=WITH_TRAINING)
def data_scaled_twice(context: DiagnosisContext) -> Iterator[Violation]:
    """A model scales pixels, and is fitted to data that is scaled already.

    ## Why is this bad?

    `Rescaling(1 / 255)` at the input of a model expects pixels from 0 to 255. Of data from 0 to 1 it makes
    numbers below 0.004, and all images look black to the layers behind it. `EfficientNet`, `MobileNetV3`
    and other models of `keras.applications` have such a layer inside.

    ## Example

    ```python
    model = keras.Sequential([keras.layers.Rescaling(1 / 255), *layers])
    model.fit(images / 255, labels)
    ```

    ## Use instead

    ```python
    model = keras.Sequential([keras.layers.Rescaling(1 / 255), *layers])
    model.fit(images, labels)
    ```

    ## Known limits

    Looked at are arrays of up to 4 million numbers that `fit` is given, and functional models of Keras 3.
    """
    fits: dict[LayerRef, list[Observation]] = {}
    for layer, each in context.layer_observations("scaled twice"):
        fits.setdefault(layer, []).append(each)
    for layer, (seen, *later) in fits.items():
        init = context.init_of(layer)
        place = None if init is None else init.location
        scale = seen.before if isinstance(seen.before, float) else 1.0
        numbers = (
            [each for each in seen.now if isinstance(each, float)] if isinstance(seen.now, tuple) else []
        )
        behind = f": the layers behind it see {_range(numbers[2:])}" if numbers[2:] else ""
        edits = tuple(edit for fit in (seen, *later) for edit in _unscaled(fit))
        yield Violation(
            message=f"{{layer}} scales pixels by 1/{1 / scale:g}, and this fit has data from "
            f"{_range(numbers[:2])}{behind}.",
            layer=layer,
            location=seen.location,
            evidence=(
                *((Evidence("scaled here", (), place),) if place is not None else ()),
                *(Evidence("and fitted to such data", (), fit.location) for fit in later),
            ),
            fix="" if edits else "x * 255.0  # or without the division that made x",
            fix_place="elsewhere",
            edits=edits,
        )


def _range(numbers: Sequence[float]) -> str:
    return " to ".join(f"{round(each, 4):.3g}" for each in numbers)


_PIXEL = ("255", "255.0")


def _unscaled(seen: Observation) -> tuple[Edit, ...]:
    """Return the edit that gives a fit pixels: without the division in its call, or multiplied."""
    node = argument_of_fit(seen.location, "x")
    if node is None or seen.location is None or node.lineno != node.end_lineno:
        return ()
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and ast.unparse(node.right) in _PIXEL:
        text = ast.unparse(node.left)
    else:
        is_atom = isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call))
        text = f"{ast.unparse(node) if is_atom else f'({ast.unparse(node)})'} * 255.0"
    return lines_with(seen.location, [(node.lineno, node.col_offset, node.end_col_offset, text)])
