"""Read modules of torch: their parameters where Keras does not find them, and what depends on their mode."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any

from layertrace.record.backends.loading import layer_base
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.process import safe

__all__ = ["modules_inside", "modules_with_modes", "parameters_in_collections"]

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


_MOST_MODULES = 10_000


def modules_inside(module: object) -> Iterator[object]:
    """Yield a module and those inside it, at any depth, each once."""
    seen: set[int] = set()
    todo = [module]
    while todo and len(seen) < _MOST_MODULES:
        each = todo.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            inner = safe.instance_dict(each).get("_modules")
            todo += [child for child in inner.values() if child is not None] if type(inner) is dict else []


def modules_with_modes(module: object) -> list[str]:
    """Return the classes of the modules inside a module that depend on the mode, train or eval.

    A module with a `train` of its own decides which mode it has: none is returned then.
    """
    inside = list(modules_inside(module))
    train = sys.modules["torch"].nn.Module.train
    if any(safe.class_attribute(type(each), "train") is not train for each in inside):
        return []
    found = [each for each in inside if _has_modes(each)]
    return list(dict.fromkeys(map(safe.class_name, found)))


def _has_modes(module: object) -> bool:
    """Return whether a module has dropout or moving statistics, or is of a class that reads its mode."""
    attributes, name = safe.instance_dict(module), safe.class_name(module)
    rates = [attributes[rate] for rate in _RATES if type(attributes.get(rate)) in (int, float)]
    if safe.module_of(type(module)).startswith("torch.nn."):
        has_rate = "dropout" in attributes or "Dropout" in name
        has_statistics = attributes.get("track_running_stats") is True
        return has_statistics or name == "RReLU" or (has_rate and any(rates))
    return _reads_mode(type(module)) and (not rates or any(rates))


_RATES = ("p", "dropout", "drop_prob", "rate")


def _reads_mode(cls: type) -> bool:
    base = sys.modules["torch"].nn.Module
    above = safe.mro(cls)[: safe.mro(cls).index(base)] if base in safe.mro(cls) else ()
    functions = [safe.bare_function(value) for each in above for value in safe.namespace(each).values()]
    return any(function is not None and "training" in function.__code__.co_names for function in functions)
