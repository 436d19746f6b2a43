"""Name the weights of a layer, in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from layertrace.testing.contract.frameworks import framework_of

__all__ = ["names_of_weights", "routes_of_weights"]


def names_of_weights(layer: Any) -> list[str]:
    """Return the weights by names and shapes, without the numbers that Keras generates: `kernel [5, 3]`."""
    return [f"{_name(weight)} {list(weight.shape)}" for weight in layer.weights]


def routes_of_weights(layer: Any) -> list[str]:
    """Return the weights by the attributes that hold them, and shapes: `heads['a'].kernel [5, 3]`.

    A weight that no attribute holds, such as those of layers in a set, is named by its own name.
    """
    routes = dict(_routes(layer))
    return [f"{routes.get(id(weight), _name(weight))} {list(weight.shape)}" for weight in layer.weights]


def _name(weight: Any) -> str:
    name: str = weight.name
    return name.removesuffix(":0").rpartition("/")[2].rstrip("0123456789").rstrip("_")


def _routes(layer: Any) -> Iterator[tuple[int, str]]:
    """Yield the identity of each value that a layer holds, with the shortest route to it."""
    framework = framework_of(layer)
    if framework is None:
        return
    of_every_layer = vars(framework.base())
    remaining, seen = deque([(layer, "")]), set[int]()
    while remaining:
        value, route = remaining.popleft()
        if id(value) in seen:
            continue
        seen.add(id(value))
        yield id(value), route.removeprefix(".")
        if isinstance(value, framework.base):
            own = [(name, each) for name, each in vars(value).items() if name not in of_every_layer]
            remaining += [(each, f"{route}.{name.lstrip('_')}") for name, each in own]
        elif isinstance(value, list | tuple):
            remaining += [(each, f"{route}[{number}]") for number, each in enumerate(value)]
        elif isinstance(value, dict):
            remaining += [(each, f"{route}[{key!r}]") for key, each in value.items()]
