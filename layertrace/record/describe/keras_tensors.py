"""Walk back from a symbolic tensor of Keras to what computes it.

A tensor keeps its operation, the number of its node and its place among the outputs as `_keras_history`
(Keras 3.0 to 3.15, tf_keras 2.16 to 2.21).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from layertrace.record.process import safe

__all__ = ["Source", "inputs_of", "nodes_of", "operation_of", "source_of"]

_NODES = ("_inbound_nodes", "_inbound_nodes_value")
"""Where Keras 3 and tf_keras keep the nodes of an operation: one for each symbolic call."""
_INPUTS = ("keras_inputs", "input_tensors")
"""Where a node of tf_keras, and of Keras 3, has the tensors that it was given.

tf_keras has `input_tensors`, too, which for an Input are its own outputs.
"""


class Source(NamedTuple):
    """What computes a tensor of a functional model, and from which tensors."""

    operation: Any
    inputs: list[Any]


def source_of(tensor: object) -> Source | None:
    """Return what computes a tensor: of an Input without inputs; None for a constant."""
    history = safe.unwrapped(safe.framework_attribute(tensor, "_keras_history"))
    items = [] if history is None else [item for _, item in safe.first_items(history, 2)]
    if len(items) < 2 or type(items[1]) is not int:
        return None
    operation, number = items
    nodes = nodes_of(operation)
    return Source(operation, inputs_of(nodes[number])) if number < len(nodes) else None


def operation_of(tensor: object) -> Any:
    """Return the layer or operation that computes a tensor; None for a constant."""
    history = safe.unwrapped(safe.framework_attribute(tensor, "_keras_history"))
    return None if history is None else next((item for _, item in safe.first_items(history, 1)), None)


def nodes_of(operation: object) -> list[Any]:
    """Return the nodes of a layer or operation, one for each symbolic call, in their order."""
    attributes = safe.instance_dict(operation)
    nodes = next((safe.unwrapped(attributes[name]) for name in _NODES if name in attributes), None)
    return [] if nodes is None else safe.last_items(nodes, safe.size_of(nodes))


def inputs_of(node: object) -> list[Any]:
    """Return the symbolic tensors that a node was given."""
    each = (safe.unwrapped(safe.framework_attribute(node, name)) for name in _INPUTS)
    tensors = next((found for found in each if found is not None), None)
    return [] if tensors is None else safe.last_items(tensors, safe.size_of(tensors))
