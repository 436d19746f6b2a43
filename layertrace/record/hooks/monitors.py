"""Notice callbacks that monitor a value in vain, or take a worse value for a better one."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from types import FunctionType
from typing import Any, cast

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.hooks.metric_resets import metrics_of
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import Register

__all__ = ["look_at_monitors"]

_MOST = 1000  # callbacks of one fit, and values that it reports

_MONITORING = frozenset({"EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau"})
"""The callbacks of Keras that compare a value with that of earlier epochs."""

_UP = frozenset(
    {
        "AUC", "Accuracy", "BinaryAccuracy", "BinaryIoU", "CategoricalAccuracy", "CosineSimilarity",
        "F1Score", "FBetaScore", "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU", "Precision",
        "PrecisionAtRecall", "R2Score", "Recall", "RecallAtPrecision", "SensitivityAtSpecificity",
        "SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy", "SpecificityAtSensitivity",
        "TopKCategoricalAccuracy",
    }
)  # fmt: skip
"""The metrics whose greater values are better, for tf_keras; those of Keras 3 know their direction."""


_SCORES = frozenset(
    {
        "ap", "auc", "auprc", "auroc", "bleu", "dice", "f1", "f2", "fbeta", "iou", "jaccard", "kappa",
        "mcc", "miou", "ndcg", "precision", "psnr", "r2", "recall", "sensitivity", "specificity",
        "ssim", "tversky",
    }
)  # fmt: skip
"""Words in the names of scores whose greater values are better, whatever computes them."""

_NOT_SCORES = frozenset(
    {
        "brier", "cost", "crossentropy", "difference", "distance", "divergence", "drop", "entropy", "err",
        "error", "gap", "inverse", "kl", "l1", "l2", "loss", "mae", "mape", "minus", "mse", "msle", "neg",
        "negative", "nll", "one", "penalty", "perplexity", "rate", "rmse", "std", "time",
    }
)  # fmt: skip
"""Words with which a name is not that of a score, such as `dice_loss`."""


_met: Register[dict[tuple[str, str], None]] = Register()
"""The kinds of callbacks that have met the value that they monitor, by the model."""


def look_at_monitors(
    model: object, given: dict[str, object], history: object, place: CodePosition | None
) -> None:
    """Record the callbacks of a fit whose value it does not report, or that take a worse one for a better.

    Args:
        model: The model whose `fit` has ended.
        given: What the fit was given, by name.
        history: What the fit returned.
        place: The line of the fit.
    """
    reported = safe.instance_dict(history).get("history") if safe.is_framework_class(type(history)) else None
    values: dict[str, object] = reported if type(reported) is dict else {}
    names = list(values)[:_MOST]
    if not all(type(name) is str for name in names):
        return
    for callback in _items(given.get("callbacks")) if names else ():
        options = safe.instance_dict(callback)
        kind, monitor = safe.class_name(callback), options.get("monitor")
        if kind not in _MONITORING or not safe.is_framework_class(type(callback)) or type(monitor) is not str:
            continue
        # tests/cases/clean/callbacks_that_monitor.py saves each epoch, whatever was monitored
        if kind == "ModelCheckpoint" and not (
            safe.truth(options.get("save_best_only")) and _is_epoch(options.get("save_freq"))
        ):
            continue
        better = _better(model, monitor.removeprefix("val_"))
        if not better and _is_score(monitor) and not _may_fall(values, monitor):
            better = "greater"
        taken = _taken_for_better(options.get("monitor_op"))
        key = id(model), kind, monitor, place
        if monitor not in names:
            # tests/cases/clean/callbacks_that_monitor.py validates every other epoch, or not in the first fit
            validated = given.get("validation_data") is not None or safe.truth(given.get("validation_split"))
            if validated and not any(name.startswith("val_") for name in names):
                continue
            met = _met.add(model, {})
            seen = PendingObservation("monitor missing", key, paths=tuple(sorted(names)))
            seen.role = "array" if safe.class_name(given.get("x")) == "ndarray" else ""
            seen.is_over = functools.partial(met.__contains__, (kind, monitor))
        elif better and taken and better != taken:
            seen = PendingObservation("monitored backwards", key, role=better)
        else:
            _met.add(model, {})[kind, monitor] = None
            continue
        seen.layer, seen.name, seen.reader, seen.place = register_layer(model), kind, monitor, place
        add_observation(seen)


def _items(value: object) -> list[Any]:
    inner = safe.unwrapped(value)
    return [value] if inner is None else [item for _, item in safe.first_items(inner, _MOST)]


def _is_epoch(value: object) -> bool:
    return type(value) is str and value == "epoch"


def _taken_for_better(op: object) -> str:
    """Return `greater` or `less`, with which a callback compares a value with its best one; else nothing."""
    is_ufunc = safe.class_name(op) == "ufunc" and safe.is_library_class(type(op))  # as in tf_keras
    name = cast("Any", op).__name__ if type(op) is FunctionType or is_ufunc else ""
    return name if name in ("greater", "less") else ""


def _better(model: object, name: str) -> str:
    """Return whether a value that a fit reports is better if it is `greater` or `less`; else nothing."""
    if name == "loss":  # d_loss may be of a program: tests/cases/clean/callbacks_that_monitor.py
        return "less"
    if name in ("acc", "accuracy"):
        return "greater"
    for metric in _compiled(model):
        options = safe.instance_dict(metric)
        called = options.get("name", options.get("_name"))
        if not safe.is_framework_class(type(metric)) or type(called) is not str or called != name:
            continue
        direction = options.get("_direction")
        if direction is None and safe.class_name(metric) in _UP:
            direction = "up"
        return {"up": "greater", "down": "less"}.get(direction, "") if type(direction) is str else ""
    return ""


def _is_score(name: str) -> bool:
    """Return whether the name of a value is that of a score whose greater values are better."""
    words = set(re.findall(r"[a-z]+\d?", name.lower()))
    return not words.isdisjoint(_SCORES) and words.isdisjoint(_NOT_SCORES)


def _may_fall(values: dict[str, object], name: str) -> bool:
    """Return whether a lower value may be meant: it fell as the loss did, is below 0, or has only one epoch.

    tests/cases/clean/callbacks_that_monitor.py has an `iou` that is 1 minus it, and its negative.
    """
    loss = "val_loss" if name.startswith("val_") else "loss"
    ends = [_ends(values.get(each)) for each in (name, loss)]
    if None in ends:
        return False
    if len(cast("list[object]", values[name])) < 2:
        return True
    (first, last), (first_loss, last_loss) = cast("list[tuple[float, float]]", ends)
    return (last < first and last_loss < first_loss) or max(first, last) < 0


def _ends(value: object) -> tuple[float, float] | None:
    """Return the first and the last number of a list; None without any."""
    items = cast("list[object]", value) if type(value) is list else []
    first, last = (items[0], items[-1]) if items else (None, None)
    return (first, last) if type(first) is float and type(last) is float else None


def _compiled(model: object) -> Iterator[Any]:
    """Yield the metrics of a model; in tf_keras those of each output are in a list."""
    yield from (metric for _, metric in metrics_of(model))
    compiled = safe.instance_dict(safe.instance_dict(model).get("compiled_metrics"))
    for of_output in _items(compiled.get("_metrics")):
        yield from _items(of_output)
