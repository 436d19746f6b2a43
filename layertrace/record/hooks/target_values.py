"""Notice targets of a fit that its validation, or its loss, is not meant for."""

from __future__ import annotations

import math
import sys
from typing import Any

from layertrace.record.describe.compiled_losses import compiled_loss
from layertrace.record.describe.dropped_masks import has_mask
from layertrace.record.describe.layer_contents import outputs_of
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import array_of, spec
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition

__all__ = ["look_at_class_weight", "look_at_targets"]

_MOST = 4_000_000  # numbers that are looked at
_MOST_CLASSES = 1000
_DIVIDING = ("mape", "MAPE", "mean_absolute_percentage_error")
"""The names of the loss of Keras that divides by the targets."""


def look_at_targets(
    model: object, targets: object, weights: object, split: object, place: CodePosition | None
) -> None:
    """Record the range of the targets of a fit, and whether some classes are not held out.

    Args:
        model: The model.
        targets: Its `y`; arrays are looked at.
        weights: Its `sample_weight`.
        split: Its `validation_split`.
        place: The line of the program.
    """
    array = array_of(targets)
    if array is None or not 0 < array.size <= _MOST or array.dtype.kind not in "fiub":
        return
    parts = _split_by_class(array, split)
    if parts is not None:
        _add("split by class", model, *parts, place)
    array = _weighted(array, weights)
    if not array.size:
        return
    least, greatest = float(array.min()), float(array.max())
    uncounted = _never_counted(array)
    if uncounted:
        _add("neither 0 nor 1", model, (uncounted, int(array.size)), (least, greatest), place)
    zeros = int((array == 0).sum()) if _divides(model) else 0
    if zeros:
        _add("zero", model, (zeros, int(array.size)), (least, greatest), place)
    if least < 0 or greatest > 1:
        _add("outside 0 to 1", model, (least, greatest), bool((array == array.round()).all()), place)


def look_at_class_weight(model: object, targets: object, given: object, place: CodePosition | None) -> None:
    """Record that a fit has weights for other classes than those of its targets.

    Keras 3 takes 1 for a class without a weight (`class_weight_to_sample_weights`, 3.0 to 3.15); tf_keras
    raises an exception.

    Args:
        model: The model.
        targets: Its `y`; arrays are looked at.
        given: Its `class_weight`.
        place: The line of the program.
    """
    array, numpy = array_of(targets), sys.modules.get("numpy")
    if type(given) is not dict or array is None or numpy is None or not 0 < array.size <= _MOST:
        return
    labels = _labels(numpy, array) if array.dtype.kind in "fiub" else None
    keys = list(given)[:_MOST_CLASSES]
    if labels is None or not all(type(key) in (int, str) for key in keys):
        return
    classes = [int(label) for label in numpy.unique(labels)[: _MOST_CLASSES + 1]]
    # Weights for some classes, or also for others: tests/cases/clean/class_weights.py
    count = _class_count(model, array, classes)
    is_shifted = count > 0 and sorted(map(str, keys)) == sorted(map(str, range(1, count + 1)))
    if len(keys) < len(classes) or not (is_shifted or set(classes).isdisjoint(keys)):
        return
    _add("class weights", model, tuple(keys), tuple(classes), place)


def _class_count(model: object, targets: Any, classes: list[int]) -> int:
    """Return how many classes a model knows that are counted from 0; 0 if that is unknown.

    Of whole numbers as targets, all classes that the model has outputs for have to occur: a part of the data
    may lack one, and begin at 0 or 1. One output is for two classes.
    """
    if targets.ndim == 2 and targets.shape[1] > 1:
        return int(targets.shape[1])
    tensors = outputs_of(model)
    described = spec(tensors[0]) if len(tensors) == 1 else None
    shape = () if described is None or described.shape is None else described.shape
    count = max(shape[1] or 0, 2) if len(shape) == 2 else 0
    return count if classes == list(range(count)) else 0


def _weighted(array: Any, weights: object) -> Any:
    """Return the targets whose weight is not 0; others, as labels of -1, do not count."""
    each = array_of(weights)
    if each is None or not array.ndim:
        return array
    if each.size == len(array):
        return array[each.reshape(-1) != 0]
    # A weight for each step: tests/cases/clean/percentages_of_targets.py
    return array[each != 0] if each.shape == array.shape[: each.ndim] else array


def _divides(model: object) -> bool:
    """Return whether the only loss of a model divides by the targets, and no mask leaves some of them out."""
    loss = compiled_loss(safe.instance_dict(model).get("loss"))
    # tests/cases/clean/percentages_of_targets.py
    return bool(loss) and loss[0] in _DIVIDING and not any(map(has_mask, outputs_of(model)))


def _never_counted(array: Any) -> int:
    """Return how many targets of a single output a binary accuracy never counts: it compares 0 and 1."""
    is_column = array.ndim == 1 or array.shape[-1] == 1
    return int(((array != 0) & (array != 1)).sum()) if is_column else 0


def _add(role: str, model: object, before: Any, now: Any, place: CodePosition | None) -> None:
    observation = PendingObservation("targets", (id(model), place, role), role=role, before=before, now=now)
    observation.layer, observation.place = register_layer(model), place
    add_observation(observation)


def _split_by_class(array: Any, split: object) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return the classes that are trained and held out, if the rows are sorted and some are not held out.

    Keras holds out the last rows as they are (`train_validation_split` of Keras 3.0 to 3.15 and tf_keras
    2.16 to 2.21).
    """
    numpy: Any = sys.modules["numpy"]
    labels = _labels(numpy, array)
    if labels is None or type(split) is not float or not 0 < split < 1:
        return None
    borders = int((labels[1:] != labels[:-1]).sum())
    if borders >= _MOST_CLASSES:  # not sorted: to find all classes would take longer
        return None
    at = math.floor(len(labels) * (1 - split))
    trained, held_out = (numpy.unique(part) for part in (labels[:at], labels[at:]))
    classes = len(numpy.union1d(trained, held_out))
    is_sorted = borders == classes - 1 and 2 * classes <= len(labels)
    if not len(trained) or not 0 < len(held_out) < classes or not is_sorted:
        return None
    return tuple(map(int, trained)), tuple(map(int, held_out))


def _labels(numpy: Any, array: Any) -> Any:
    """Return the class of each row: whole numbers in one column, or the place of the 1 in a row."""
    if array.ndim == 2 and array.shape[1] > 1:
        is_one_hot = ((array == 0) | (array == 1)).all() and (array.sum(axis=1) == 1).all()
        return array.argmax(axis=1) if is_one_hot else None
    column = array.reshape(-1) if array.ndim == 1 or array.shape[1:] == (1,) else None
    return column if column is not None and (column == numpy.round(column)).all() else None
