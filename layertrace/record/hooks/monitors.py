"""Notice callbacks that monitor a value in vain, or take a worse value for a better one."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import Any, cast

from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.hooks.metric_resets import metrics_of
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition

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


def look_at_monitors(
    model: object, data: object, callbacks: object, history: object, place: CodePosition | None
) -> None:
    """Record the callbacks of a fit whose value it does not report, or that take a worse one for a better.

    Args:
        model: The model whose `fit` has ended.
        data: What it was trained with.
        callbacks: What the fit was given.
        history: What the fit returned.
        place: The line of the fit.
    """
    reported = safe.instance_dict(history).get("history") if safe.is_framework_class(type(history)) else None
    names = [name for name in list(reported)[:_MOST] if type(name) is str] if type(reported) is dict else []
    for callback in _items(callbacks) if names else ():
        options = safe.instance_dict(callback)
        kind, monitor = safe.class_name(callback), options.get("monitor")
        if kind not in _MONITORING or not safe.is_framework_class(type(callback)) or type(monitor) is not str:
            continue
        # tests/cases/clean/callbacks_that_monitor.py saves each epoch, whatever was monitored
        if kind == "ModelCheckpoint" and not (
            safe.truth(options.get("save_best_only")) and options.get("save_freq") == "epoch"
        ):
            continue
        better = _better(model, monitor.removeprefix("val_"))
        taken = _taken_for_better(options.get("monitor_op"))
        key = id(model), kind, monitor, place
        if monitor not in names:
            seen = PendingObservation("monitor missing", key, paths=tuple(sorted(names)))
            seen.role = "array" if safe.class_name(data) == "ndarray" else ""
        elif better and taken and better != taken:
            seen = PendingObservation("monitored backwards", key, role=better)
        else:
            continue
        seen.layer, seen.name, seen.reader, seen.place = register_layer(model), kind, monitor, place
        add_observation(seen)


def _items(value: object) -> list[Any]:
    inner = safe.unwrapped(value)
    return [value] if inner is None else [item for _, item in safe.first_items(inner, _MOST)]


def _taken_for_better(op: object) -> str:
    """Return `greater` or `less`, with which a callback compares a value with its best one; else nothing."""
    is_ufunc = safe.class_name(op) == "ufunc" and safe.is_library_class(type(op))  # as in tf_keras
    name = cast("Any", op).__name__ if type(op) is FunctionType or is_ufunc else ""
    return name if name in ("greater", "less") else ""


def _better(model: object, name: str) -> str:
    """Return whether a value that a fit reports is better if it is `greater` or `less`; else nothing."""
    if name == "loss" or name.endswith("_loss"):
        return "less"
    if name in ("acc", "accuracy"):
        return "greater"
    for metric in _compiled(model):
        options = safe.instance_dict(metric)
        if name not in (options.get("name"), options.get("_name")) or not safe.is_framework_class(
            type(metric)
        ):
            continue
        direction = options.get("_direction")
        if direction is None and safe.class_name(metric) in _UP:
            direction = "up"
        return {"up": "greater", "down": "less"}.get(direction, "") if type(direction) is str else ""
    return ""


def _compiled(model: object) -> Iterator[Any]:
    """Yield the metrics of a model; in tf_keras those of each output are in a list."""
    yield from (metric for _, metric in metrics_of(model))
    compiled = safe.instance_dict(safe.instance_dict(model).get("compiled_metrics"))
    for of_output in _items(compiled.get("_metrics")):
        yield from _items(of_output)
