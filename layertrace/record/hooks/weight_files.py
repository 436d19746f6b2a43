"""Record how many layers of a model `load_weights(by_name=True)` found in a file."""

from __future__ import annotations

import itertools
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.layer_contents import variables_inside
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import tensor_shape
from layertrace.record.hooks.observer import Call
from layertrace.record.hooks.variables import number_of
from layertrace.record.layers import register_layer
from layertrace.record.process import safe

__all__ = ["look_at_names"]

_order = itertools.count()


def look_at_names(call: Call) -> None:
    """Record which layers of a model a file has, if their weights are loaded by name.

    Keras compares the names of the layers that are directly in the model with those in the file, and skips
    the rest (`load_weights_from_hdf5_group_by_name` in Keras 3.0 to 3.15 and tf_keras 2.16 to 2.21).

    Args:
        call: The call of `load_weights`, which has succeeded.
    """
    given = call.named
    if safe.truth(given.get("by_name")) is not True:
        return
    saved = _saved(given.get("filepath"))
    layers = safe.unwrapped(safe.framework_attribute(call.subject, "layers", below=True))
    if not saved or layers is None:
        return
    held = [layer for _, layer in safe.first_items(layers, safe.size_of(layers)) if variables_inside(layer)]
    files = dict(saved)
    add_observation(
        PendingObservation(
            "restored",
            (next(_order),),
            layer=register_layer(call.subject),
            role="by name",
            before=tuple(_pairs(held, saved)),
            now=sum(_name(layer) in files for layer in held),
            variables=tuple(map(number_of, variables_inside(call.subject))),
            paths=tuple(files),
            place=source_lines.caller(call.method, call.caller),
        )
    )


def _saved(path: object) -> list[tuple[str, list[tuple[int, ...]]]]:
    """Return the layers in a file that have weights, each with their shapes."""
    h5py: Any = sys.modules.get("h5py")
    if h5py is None or not (type(path) is str or safe.is_a(path, pathlib.PurePath)):
        return []
    with h5py.File(path, "r") as file:
        group = file.get("model_weights", file)
        return [(name, shapes) for name in group if (shapes := _shapes(group[name]))]


def _shapes(group: Any) -> list[tuple[int, ...]]:
    """Return the shapes of the weights of one layer in a file."""
    return [tuple(group[name].shape) for name in group.attrs.get("weight_names", ())]


def _pairs(layers: list[Any], saved: list[tuple[str, list[tuple[int, ...]]]]) -> Iterator[tuple[int, str]]:
    """Yield the number of each layer with the first layer of the file that has weights of the same shapes."""
    left = list(saved)
    for layer in layers:
        shapes = [_shape(variable) for variable in variables_inside(layer)]
        match = next((pair for pair in left if pair[1] == shapes), None)
        record = register_layer(layer)
        if match is not None and record is not None:
            left.remove(match)
            yield record.number, match[0]


def _shape(variable: object) -> object:
    return tensor_shape(safe.framework_attribute(variable, "shape", below=True))


def _name(layer: object) -> str:
    name = safe.framework_attribute(layer, "name", below=True)
    return name if type(name) is str else ""
