"""Find the attributes of a layer that hold a tensor of a graph."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.process import safe
from layertrace.record.python_state.bytecode import Reads, cells, codes, globals_of
from layertrace.record.python_state.framework_attributes import set_by_framework

__all__ = ["graph_tensors", "graph_tensors_read", "is_replaced"]

_LAST = 8  # items of a collection that are read: a layer that keeps tensors of a graph appends them


def graph_tensors(layer: object) -> Iterator[tuple[str, object]]:
    """Yield the attributes with a tensor of a graph, also in a list or dict; not those of Keras itself."""
    cls: type = type(layer)
    base = set_by_framework(cls)
    for name, value in list(safe.instance_dict(layer).items()):
        tensor = None if name in base or type(name) is not str else _last_graph_tensor(value)
        if tensor is not None:
            yield name, tensor


def graph_tensors_read(owner: object, reads: Reads) -> Iterator[tuple[str, object]]:
    """Yield the globals, closure variables and attributes with a tensor of a graph that some code uses."""
    places: dict[str, object] = {}
    for function in reads.living():
        names = {name for _, code in codes([function]) for name in globals_of(code)}
        places.update({name: dict.get(function.__globals__, name) for name in names})
        places.update(cells(function))
    own = {} if owner is None else safe.instance_dict(owner)
    places.update({f"self.{name}": value for name, value in own.items() if name in reads.names})
    for name, value in places.items():
        tensor = _last_graph_tensor(value)
        if tensor is not None:
            yield name, tensor


def _last_graph_tensor(value: object) -> object | None:
    """Return the last tensor of a graph: on JAX, a list may have others from when Keras inferred shapes."""
    return next(filter(_is_graph_tensor, reversed(_inside(value))), None)


def _inside(value: object) -> list[object]:
    """Return the last items of a collection; for any other value, return a list of that value."""
    inner = safe.unwrapped(value)
    return [value] if inner is None else safe.last_items(inner, _LAST)


def _is_graph_tensor(value: object) -> bool:
    return Loaded.backend.is_traced_tensor(value)


def _is_eager(value: object) -> bool:
    return Loaded.backend.is_eager_tensor(value)


def is_replaced(layer: object, name: str) -> bool:
    """Return whether an attribute that had a tensor of a graph has an eager one now."""
    values = _inside(safe.instance_dict(layer).get(name))
    return any(map(_is_eager, values)) and not any(map(_is_graph_tensor, values))
