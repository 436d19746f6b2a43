"""Find out whether a layer draws random numbers."""

from __future__ import annotations

from typing import Any

from layertrace.testing.contract.subject import Subject

__all__ = ["draws_numbers"]

_DRAWS = ("Random", "Multinomial", "Shuffle")
"""What the names of the operations that draw have in common (TensorFlow 2.16 to 2.21)."""


def draws_numbers(subject: Subject, layer: Any, training: bool | None) -> bool:
    """Return whether the graph of a call has an operation that draws random numbers."""
    function = subject.compiled(layer, training=training)
    with subject.doing("calling it in a tf.function"):
        graph = function.get_concrete_function(*subject.inputs.tensors(subject.tf)).graph.as_graph_def()
    nodes = [*graph.node, *(node for inner in graph.library.function for node in inner.node_def)]
    return any(draw in node.op for node in nodes for draw in _DRAWS)
