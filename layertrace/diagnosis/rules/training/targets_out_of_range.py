"""LT534: A crossentropy that expects targets from 0 to 1 is given others."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.training._targets import argument_of_fit, loss_of
from layertrace.timeline.context import Observation

_LOSSES = ("binary_crossentropy", "binary_focal_crossentropy")


@rule("LT534", "targets-out-of-range", "error", links.TRAINING, backends=WITH_TRAINING)
def targets_out_of_range(context: DiagnosisContext) -> Iterator[Violation]:
    """A crossentropy that expects targets from 0 to 1 is given others.

    ## Why is this bad?

    A crossentropy multiplies the logarithms of the probabilities by the targets. With a target of -1 or
    255 the loss is negative, and falls without limit as the outputs go to 0 or 1, whatever the class. torch
    raises an exception.

    ## Example

    ```python
    y = np.where(score > 0, 1.0, -1.0)
    model.compile("adam", "binary_crossentropy")
    model.fit(x, y)
    ```

    ## Use instead

    ```python
    y = np.where(score > 0, 1.0, -1.0)
    model.compile("adam", "binary_crossentropy")
    model.fit(x, (y + 1) / 2)
    ```

    ## Known limits

    Looked at are arrays that `fit` is given, of at most 4 million numbers, for a model with one loss.
    """
    for layer, seen in context.layer_observations("targets"):
        loss = loss_of(context, layer, seen)
        if seen.role != "outside 0 to 1" or loss not in _LOSSES or not isinstance(seen.before, tuple):
            continue
        least, greatest = (float(number) for number in seen.before if isinstance(number, float))
        # Interpolated images are somewhat over: tests/cases/clean/targets_of_a_fit.py
        if least > -_ABOUT and greatest < 1 + _ABOUT:
            continue
        edits = _scaled(seen, least, greatest)
        yield Violation(
            message=f"{{layer}} is fitted to targets from {least:g} to {greatest:g}, and {loss} is meant for "
            "targets from 0 to 1: the loss has no minimum.",
            layer=layer,
            location=seen.location,
            evidence=(Evidence("fitted here", (), seen.location),),
            fix="" if edits else "# scale the targets to 0 to 1, or use the loss that fits them",
            fix_place="elsewhere",
            edits=edits,
        )


_ABOUT = 0.01


def _scaled(seen: Observation, least: float, greatest: float) -> tuple[Edit, ...]:
    """Return the edit that scales the targets in the call of `fit`, if it is clear how."""
    node = argument_of_fit(seen.location, "y")
    if node is None or seen.location is None or node.lineno != node.end_lineno:
        return ()
    is_atom = isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call))
    text = ast.unparse(node) if is_atom else f"({ast.unparse(node)})"
    if (least, greatest) == (-1, 1):
        text = f"({text} + 1) / 2"
    elif least >= 0 and 128 < greatest <= 255:
        text = f"{text} / 255.0"
    elif seen.now is True and (least, greatest) == (1, 2):
        text = f"{text} - 1"
    else:
        return ()
    return lines_with(seen.location, [(node.lineno, node.col_offset, node.end_col_offset, text)])
