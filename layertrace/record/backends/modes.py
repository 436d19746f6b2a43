"""Where a method runs: eagerly, while Keras infers shapes, or inside a function that is traced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from layertrace.timeline.event import FunctionRef
from layertrace.timeline.event import Mode as ModeName

if TYPE_CHECKING:  # spans have a mode
    from layertrace.record.spans import Span

__all__ = ["EAGER", "IN_SOME_GRAPH", "SYMBOLIC", "Mode"]


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
SYMBOLIC = Mode("symbolic")
IN_SOME_GRAPH = Mode("graph")
