"""Find what is between the input of a functional model and a layer in it.

`_inbound_nodes`, `_keras_history` and `_layers` are those of Keras 3.0 to 3.15.
"""

from __future__ import annotations

from collections.abc import Callable

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
    current: object = layer
    for _ in range(_MOST):
        nodes = safe.unwrapped(safe.instance_dict(current).get("_inbound_nodes"))
        items = [] if nodes is None else safe.last_items(nodes, 1)
        inputs = safe.unwrapped(safe.framework_attribute(items[0], "input_tensors")) if items else None
        tensors = [] if inputs is None else safe.last_items(inputs, 2)
        if len(tensors) != 1:
            return None
        history = safe.unwrapped(safe.framework_attribute(tensors[0], "_keras_history"))
        current = None if history is None else safe.first_items(history, 1)[0][1]
        if current is None:
            return None
        path.append(current)
        if safe.class_name(current) == "InputLayer":
            return path[::-1]
        if not passes(current):
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
    layers = safe.unwrapped(safe.instance_dict(model).get("_layers"))
    inside = [] if layers is None else safe.first_items(layers, safe.size_of(layers))
    return any(each is layer for _, each in inside)
