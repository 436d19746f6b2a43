"""Find the attributes of a layer that hold a tensor of a graph."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.record.frameworks.host import Host
from layertrace.record.process import safe
from layertrace.record.python_state.framework_attributes import set_by_framework

__all__ = ["graph_tensors", "is_replaced"]

_LAST = 8  # items of a collection that are looked at: who keeps tensors of a graph appends them


def graph_tensors(layer: object) -> Iterator[tuple[str, object]]:
    """Yield the attributes that hold a tensor of a graph, also inside a list or dict; not Keras's own."""
    cls: type = type(layer)
    base = set_by_framework(cls)
    for name, value in list(safe.instance_dict(layer).items()):
        tensor = next(
            filter(_is_graph_tensor, () if name in base or type(name) is not str else _inside(value)), None
        )
        if tensor is not None:
            yield name, tensor


def _inside(value: object) -> list[object]:
    """Return the last items of a collection, or the value itself in a list."""
    inner = safe.unwrapped(value)
    return [value] if inner is None else safe.last_items(inner, _LAST)


def _is_graph_tensor(value: object) -> bool:
    return safe.is_a(value, Host.tf.Tensor) and not _is_eager(value)


def _is_eager(value: object) -> bool:
    return safe.is_a(value, Host.tf.__internal__.EagerTensor)


def is_replaced(layer: object, name: str) -> bool:
    """Tell whether an attribute that held a tensor of a graph holds an eager one now."""
    held = _inside(safe.instance_dict(layer).get(name))
    return any(map(_is_eager, held)) and not any(map(_is_graph_tensor, held))
