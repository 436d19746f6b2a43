"""Find what is between the input of a functional model and a layer in it.

`_layers` is of Keras 3.0 to 3.15, `_self_tracked_trackables` of tf_keras 2.16 to 2.21.
"""

from __future__ import annotations

from collections.abc import Callable

from layertrace.record.describe.keras_tensors import Source, inputs_of, nodes_of, source_of
from layertrace.record.describe.layer_contents import layers_inside
from layertrace.record.process import safe

__all__ = ["is_at_input", "path_to"]

_MOST = 16  # layers between the input and a layer, and models inside of one another


def path_to(layer: object, passes: Callable[[object], bool]) -> list[object] | None:
    """Return the layers between the only input of a functional model and a layer in it, from the input on.

    Args:
        layer: The layer, which is called with one tensor.
        passes: Returns whether a layer may be between the two.

    Returns:
        The input layer and the layers after it; None if there is another one.
    """
    path: list[object] = []
    inputs = [tensor for node in nodes_of(layer)[-1:] for tensor in inputs_of(node)]
    source: Source | None = Source(layer, inputs)
    for _ in range(_MOST):
        source = source_of(source.inputs[0]) if source is not None and len(source.inputs) == 1 else None
        if source is None:
            return None
        path.append(source.operation)
        if safe.class_name(source.operation) == "InputLayer":
            return path[::-1]
        if not passes(source.operation):
            return None
    return None


def is_at_input(model: object, layer: object, passes: Callable[[object], bool]) -> bool:
    """Return whether a layer gets the input of a model, also in a model inside, after what passes it on."""
    models = [model, *layers_inside(model)]
    for _ in range(_MOST):
        path = path_to(layer, passes)
        holders = [each for each in models if path is not None and _holds(each, path[0])]
        if not holders:
            return False
        layer = holders[0]
        if layer is model:
            return True
    return False


def _holds(model: object, layer: object) -> bool:
    attributes = safe.instance_dict(model)
    layers = safe.unwrapped(attributes.get("_layers", attributes.get("_self_tracked_trackables")))
    inside = [] if layers is None else safe.first_items(layers, safe.size_of(layers))
    return any(each is layer for _, each in inside)
