"""Find the parameters of torch in the lists and dicts of a layer, where Keras does not look for them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any

from layertrace.record.backends.loading import layer_base
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.process import safe

__all__ = ["parameters_in_collections"]

_DEEPEST = 4  # modules inside of modules

Collections = Iterable[tuple[str, list[tuple[object, object]]]]


def parameters_in_collections(
    layer: object, collections: Collections, known: Callable[[], Container[int]]
) -> Iterator[tuple[str, Any]]:
    """Yield the parameters that a layer of the program keeps in a list or dict, with their paths.

    A module in an attribute becomes a layer of Keras, and so do the modules of an `nn.ModuleList`
    (`keras/src/backend/torch/layer.py`, Keras 3.15); those of a list stay what they are.

    Args:
        layer: The layer.
        collections: Its attributes, each with its items and their keys.
        known: Returns the `id` of each value of a variable of Keras.
    """
    if safe.is_framework_class(type(layer)):
        return
    found = [
        each
        for name, items in collections
        for key, value in items
        if key is not safe.MISSING
        for each in _parameters(f"{name}[{key!r}]", value, _DEEPEST)
    ]
    if found:
        numbers = known()
        yield from (each for each in found if id(each[1]) not in numbers)


def _parameters(path: str, value: object, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield a parameter, or those of a module that is not a layer of Keras."""
    if Loaded.backend.is_raw_variable(value):
        yield path, value
        return
    module = sys.modules["torch"].nn.Module
    if not depth or not safe.is_a(value, module) or safe.is_a(value, layer_base("keras")):
        return
    for kind in ("_parameters", "_modules"):
        inner = safe.instance_dict(value).get(kind)
        for name, each in list(inner.items()) if type(inner) is dict else ():
            yield from _parameters(f"{path}.{name}", each, depth - 1)
