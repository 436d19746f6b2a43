"""LT535: An accuracy is computed for targets that are not classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.training._metrics import named_metric
from layertrace.diagnosis.rules.training._targets import loss_of
from layertrace.diagnosis.training_steps import Trainings
from layertrace.diagnosis.user_source import dotted, tree_of
from layertrace.timeline.event import Location, Structure

_NAMES = {"accuracy", "acc", "binary_accuracy", "BinaryAccuracy"}
_LEAST_SHARE = 0.25
"""Of targets between 0 and 1: some pixels of a mask that was resized are."""


@rule("LT535", "accuracy-of-numbers", "warning", links.TRAINING, backends=WITH_TRAINING)
def accuracy_of_numbers(context: DiagnosisContext) -> Iterator[Violation]:
    """An accuracy is computed for targets that are not classes.

    ## Why is this bad?

    For a single output, `"accuracy"` counts it as 1 above 0.5, else as 0, and compares that with the target.
    A price, or any other target besides 0 and 1, is never equal to it: the accuracy is 0, or that of the
    few targets that happen to be 0 or 1, however good the model is.

    ## Example

    ```python
    model.compile("adam", "mse", metrics=["accuracy"])
    model.fit(x, prices)
    ```

    ## Use instead

    ```python
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(x, prices)
    ```

    ## Known limits

    - Looked at are arrays of targets for a single output, of at most 4 million numbers. With several outputs,
      an accuracy compares the places of the greatest numbers, which a regression may mean.
    - Targets between 0 and 1, as in a mask that was resized, are reported if a quarter of all are such.
    """
    metrics = list(context.layer_observations("binary accuracy"))
    trainings = Trainings(context)
    for model, targets in context.layer_observations("targets"):
        state = context.state(model)
        inside = (model.id, *(() if state is None else state.children))
        # Numbers may come first, then classes: tests/cases/clean/accuracies_of_classes.py
        compiled = trainings.compiled_before(model, targets.start_ns)
        metric = next(
            (
                seen
                for layer, seen in metrics
                if layer.id in inside and trainings.compiled_before(model, seen.start_ns) == compiled
            ),
            None,
        )
        if targets.role != "neither 0 nor 1" or metric is None:
            continue
        uncounted, size = _numbers(targets.before)
        least, greatest = _numbers(targets.now)
        is_outside = loss_of(context, model, targets).startswith("binary") and (least < 0 or greatest > 1)
        # Some pixels of a resized mask are: tests/cases/clean/accuracies_of_classes.py. LT534 reports targets
        # that fit neither: tests/cases/lt534_targets_out_of_range/another_labels_and_accuracy.py
        is_soft = least > -1 and greatest < 2  # what is interpolated may be somewhat over
        if (is_soft and uncounted < _LEAST_SHARE * size) or is_outside:
            continue
        place, _, node = named_metric(context, model, _NAMES)
        edits = _as_error(place, node) if isinstance(node, ast.Constant) else ()
        yield Violation(
            message=f"{{layer}} is fitted to numbers from {least:.4g} to {greatest:.4g}, and its accuracy is "
            f"meant for the classes 0 and 1: {uncounted:.0f} of {size:.0f} targets are neither, and never "
            "count as correct.",
            layer=model,
            location=place or targets.location,
            evidence=(Evidence("fitted here", seqs(context.event(metric.during)), targets.location),),
            fix="" if edits else '# use a metric of numbers: metrics=["mae"]',
            fix_place="elsewhere",
            edits=edits,
        )


def _numbers(pair: Structure) -> tuple[float, float]:
    """Return the two numbers of a pair."""
    numbers = [each for each in pair if isinstance(each, (int, float))] if isinstance(pair, tuple) else []
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)


def _as_error(place: Location | None, name: ast.Constant) -> tuple[Edit, ...]:
    """Return the edits that name the mean absolute error, also where the history is read by the name.

    A file with several models may have a classifier, whose accuracy has the same name.
    """
    tree = None if place is None else tree_of(place.file)
    if place is None or tree is None:
        return ()
    compiles = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "compile"
    ]
    texts = []
    for node in ast.walk(tree):
        is_same = node is name or (
            len(compiles) == 1
            and isinstance(node, ast.Constant)
            and node.value in (str(name.value), "val_" + str(name.value))
        )
        if is_same and isinstance(node, ast.Constant):
            text = '"val_mae"' if node.value != name.value else '"mae"'
            texts.append((node.lineno, node.col_offset, node.end_col_offset, text))
    return lines_with(place, texts)
