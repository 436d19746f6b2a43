"""Find the attributes of a layer that hold a tensor of a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from layertrace.record.host import Host
from layertrace.record.own_attributes import set_by_hosts

__all__ = ["graph_tensors", "is_replaced"]


def graph_tensors(layer: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes that hold a tensor of a graph, also inside a list or dict; not Keras's own."""
    cls: type = type(layer)
    base = set_by_hosts(cls)
    for name, value in list(vars(layer).items()):
        tensor = next(filter(_is_graph_tensor, () if name in base else _inside(value)), None)
        if tensor is not None:
            yield name, tensor


def _inside(value: Any) -> list[Any]:
    """Return the last items of a collection, or the value itself in a list."""
    if isinstance(value, Mapping):
        return list(value.values())[-8:]
    return list(value[-8:]) if isinstance(value, (list, tuple)) else [value]


def _is_graph_tensor(value: Any) -> bool:
    return isinstance(value, Host.tf.Tensor) and not _is_eager(value)


def _is_eager(value: Any) -> bool:
    return isinstance(value, Host.tf.__internal__.EagerTensor)


def is_replaced(layer: Any, name: str) -> bool:
    """Tell whether an attribute that held a tensor of a graph holds an eager one now."""
    held = _inside(vars(layer).get(name))
    return any(map(_is_eager, held)) and not any(map(_is_graph_tensor, held))
