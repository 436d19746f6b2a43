"""Notice a model that scales pixels from 0 to 255 and is fitted to data from 0 to 1."""

from __future__ import annotations

from layertrace.record.describe.input_paths import is_at_input
from layertrace.record.describe.layer_contents import layers_inside
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import array_of
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition

__all__ = ["look_at_scaling"]

_MOST_VALUES = 4_000_000  # of an array that is looked at
_OF_PIXELS = (127.5, 128, 255, 256)  # what pixels are divided by
_ABOUT = 1e-3
_LEAST_MAXIMUM = 0.5  # of data that was scaled to 0 to 1
_PASSING = ("Random", "Resizing", "CenterCrop", "AutoContrast")
"""How the names of layers begin that give values in the range of their input."""


def look_at_scaling(model: object, data: object, place: CodePosition | None) -> None:
    """Record each `Rescaling` of pixels at the input of a functional model that is given scaled data.

    Args:
        model: The model.
        data: What it is fitted to; only an array of floats is looked at.
        place: The line.
    """
    array = array_of(data)
    if array is None or array.dtype.kind != "f" or not 0 < array.size <= _MOST_VALUES:
        return
    scaling = [layer for layer in layers_inside(model) if _scales_pixels(layer)]
    if len(scaling) != 1 or not is_at_input(model, scaling[0], _passes):
        return
    least, greatest = float(array.min()), float(array.max())
    # Black and white may be 0 and 1: tests/cases/clean/data_scaled_once.py
    if least < 0 or not _LEAST_MAXIMUM < greatest <= 1 or bool((array == array.round()).all()):
        return
    attributes = safe.instance_dict(scaling[0])
    scale, offset = attributes["scale"], attributes.get("offset")
    # An offset may be one for each channel, and then the range behind it is left out.
    scaled = [scale * each + offset for each in (least, greatest) if type(offset) in (int, float)]
    add_observation(
        PendingObservation(
            "scaled twice",
            (id(scaling[0]), place),
            layer=register_layer(scaling[0]),
            before=scale,
            now=(least, greatest, *scaled),
            place=place,
        )
    )


def _scales_pixels(layer: object) -> bool:
    if safe.class_name(layer) != "Rescaling" or not safe.is_framework_class(type(layer)):
        return False
    scale = safe.instance_dict(layer).get("scale")
    return type(scale) is float and any(abs(scale * each - 1) < _ABOUT for each in _OF_PIXELS)


def _passes(layer: object) -> bool:
    return safe.is_framework_class(type(layer)) and safe.class_name(layer).startswith(_PASSING)
