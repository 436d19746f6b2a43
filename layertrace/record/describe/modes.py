"""Return where a method runs: eagerly, while Keras infers shapes, or inside a traced `tf.function`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from layertrace.record.spans import Span
from layertrace.timeline.event import FunctionRef
from layertrace.timeline.event import Mode as ModeName
from layertrace.timeline.registry import Register

__all__ = ["EAGER", "Mode", "current_mode", "traced_graphs"]


@dataclass(frozen=True, slots=True)
class Mode:
    """Where a method runs; for a graph, the function that is traced and the number of the trace.

    `span` is the span of that trace. It is the parent of what runs in a thread of its own, such as a replica
    of a `tf.distribute` strategy.
    """

    name: ModeName
    function: FunctionRef | None = None
    trace: int | None = None
    span: Span | None = None


EAGER = Mode("eager")
_IN_SOME_GRAPH = Mode("graph")

traced_graphs: Register[Mode] = Register()
"""The graphs that a `tf.function` is or was traced into."""


def current_mode(tf: Any) -> Mode | None:
    """Return the mode of the current thread; None for eager, the most frequent case, which must be fast.

    Keras infers shapes in graphs of its own, which have these names: `scratch_graph` in Keras 3.0 to 3.15
    (`keras/src/backend/tensorflow/core.py`), `<layer>_scratch_graph` and `keras_graph` in tf_keras 2.21.
    """
    if tf.executing_eagerly():
        return None
    graph = tf.compat.v1.get_default_graph()
    symbolic = False
    while graph is not None:
        mode = traced_graphs.get(graph)
        if mode is not None:
            return Mode("symbolic", mode.function, mode.trace, mode.span) if symbolic else mode
        name = getattr(graph, "name", "")
        symbolic = symbolic or "scratch_graph" in name or name.startswith("keras_graph")
        graph = getattr(graph, "outer_graph", None)
    return Mode("symbolic") if symbolic else _IN_SOME_GRAPH
