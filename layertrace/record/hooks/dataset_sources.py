"""Follow a dataset to those that it comes from, and to the functions that they run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layertrace.record.backends.tensorflow import traced_graphs
from layertrace.record.process import safe
from layertrace.record.spans import Span

__all__ = ["sources_of", "traces_in"]

_MOST = 64  # datasets that are followed from one to its sources


def sources_of(data: object) -> Iterator[Any]:
    """Yield a dataset of TensorFlow and those that it comes from, itself first."""
    todo: list[Any] = [data]
    for _ in range(_MOST):
        if not todo:
            return
        dataset = todo.pop()
        if safe.is_framework_class(type(dataset)):
            yield dataset
            todo += dataset._inputs()


def traces_in(dataset: Any) -> Iterator[tuple[Any, Span]]:
    """Yield the graph of each function that a dataset runs, and the trace of it that was recorded."""
    for wrapper in dataset._functions():
        graph = safe.framework_attribute(safe.framework_attribute(wrapper, "function"), "graph")
        mode = None if graph is None else traced_graphs.get(graph)
        if mode is not None and mode.span is not None:
            yield graph, mode.span
