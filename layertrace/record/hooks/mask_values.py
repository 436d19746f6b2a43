"""Notice a `Masking` that finds no padding in data that is padded, since it looks for another value."""

from __future__ import annotations

from typing import Any

from layertrace.record.describe.input_paths import path_to
from layertrace.record.describe.layer_contents import layers_inside
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import array_of
from layertrace.record.frameworks import keras_private
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.layers import layer_name, register_layer
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition
from layertrace.timeline.event import Structure

__all__ = ["look_at_masks"]

_MOST_VALUES = 4_000_000  # of an array that is looked at
_FEWEST = 2  # padded rows: one may end with equal values by chance
_SHORTEST = 3  # time steps of a series that has two steps of padding
_MASKING = keras_private.KERAS_PARTS["masking"].name


def look_at_masks(model: object, data: object, place: CodePosition | None) -> None:
    """Record each `Masking` of a functional model that looks for another value than the data is padded with.

    Args:
        model: The model.
        data: What it is fitted to; only an array is looked at.
        place: The line.
    """
    array = array_of(data)
    if array is None or array.ndim != 3 or array.dtype.kind not in "fiu":
        return
    if array.shape[1] < _SHORTEST or not 0 < array.size <= _MOST_VALUES:
        return
    for layer in layers_inside(model):
        if safe.class_name(layer) == _MASKING and safe.is_framework_class(type(layer)):
            _look_at(layer, array, place)


def _look_at(masking: object, array: Any, place: CodePosition | None) -> None:
    searched = safe.instance_dict(masking).get("mask_value")
    path = path_to(masking, _is_known)
    padding = None if path is None or not safe.is_plain(searched) else _padding(array)
    if path is None or padding is None:
        return
    values = array.astype("float64")
    for layer in path[1:]:
        values = _transformed(layer, values)
        if values is None:
            return
    if (values.astype("float32") == searched).all(-1).any():
        return
    value, rows = padding
    now: Structure = (value, rows, len(array))
    add_observation(
        PendingObservation(
            "masks nothing",
            (id(masking), place),
            layer=register_layer(masking),
            before=searched,
            now=now,
            name="" if len(path) < 2 else layer_name(path[-1]) or "",
            role="" if len(path) < 2 else safe.class_name(path[-1]),
            place=place,
        )
    )


def _is_known(layer: object) -> bool:
    return safe.class_name(layer) in ("Normalization", "Rescaling")


def _transformed(layer: object, values: Any) -> Any:
    """Return what a `Normalization` or `Rescaling` makes of an array; None if that is unknown."""
    attributes = safe.instance_dict(layer)
    if safe.class_name(layer) == "Rescaling":
        scale, offset = attributes.get("scale"), attributes.get("offset")
        is_known = safe.is_plain(scale) and safe.is_plain(offset)
        return values * scale + offset if is_known else None
    if not Loaded.backend.is_eager() or safe.truth(attributes.get("invert")):
        return None
    mean, variance = (array_of(attributes.get(name)) for name in ("mean", "variance"))
    return None if mean is None or variance is None else (values - mean) / (variance**0.5).clip(1e-7)


def _padding(array: Any) -> tuple[float, int] | None:
    """Return the value that rows are padded with, and how many of them are; None if they are not.

    A row is padded if its last two time steps, or its first two, have one value in all features, which is the
    same in all such rows. If there is only one feature, the value has to be the least or the greatest of all.
    """
    for edge in (array[:, -2:], array[:, :2]):
        is_padded = (edge == edge[:, :1, :1]).all((1, 2))
        values = set(edge[is_padded, 0, 0].tolist())
        if is_padded.sum() < _FEWEST or len(values) != 1:
            continue
        value = values.pop()
        if (array == value).all() or (array.shape[-1] == 1 and value not in (array.min(), array.max())):
            continue
        return float(value), int(is_padded.sum())
    return None
