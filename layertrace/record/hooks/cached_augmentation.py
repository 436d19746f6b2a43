"""Notice a dataset that keeps the results of random augmentation in a cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.dataset_sources import sources_of, traces_in
from layertrace.record.hooks.graph_facts import user_line
from layertrace.record.process import safe
from layertrace.record.spans import CodePosition, Span
from layertrace.timeline.event import Structure
from layertrace.timeline.registry import Register

__all__ = ["look_at_cache"]

_RANDOM = ("Random", "StatelessRandom", "StatelessTruncated", "TruncatedNormal", "StatefulUniform")


class _Drawing(NamedTuple):
    """A function of a dataset that draws random numbers.

    Attributes:
        span: Its trace.
        name: The function of `tf.image` that draws; empty if it is a layer, or something else.
        place: The line that calls it.
    """

    span: Span
    name: str
    place: CodePosition | None


_drawings: Register[Sequence[_Drawing]] = Register()
"""What draws random numbers before a cache, by the dataset of the cache."""


def look_at_cache(data: object, role: str, epochs: Structure, place: CodePosition | None) -> None:
    """Record that a model is trained with a dataset whose cache keeps random numbers, or may be.

    Args:
        data: The data.
        role: `fit` or `iteration`.
        epochs: How often a fit iterates it.
        place: The line of the program.
    """
    if Loaded.tf is None or not safe.is_a(data, Loaded.tf.data.Dataset):
        return
    for cache in filter(_is_cache, sources_of(data)):
        drawings = _drawings.get(cache)
        if drawings is None:
            drawings = _drawings.add(cache, list(_drawn_before(cache)))
        for drawing in drawings:
            seen = PendingObservation("cached augmentation", (id(cache), place, role, epochs), role=role)
            seen.name, seen.before, seen.span = drawing.name, epochs, drawing.span
            seen.place, seen.defined = place, drawing.place
            add_observation(seen)


def _is_cache(dataset: object) -> bool:
    return safe.class_name(dataset) == "CacheDataset"


def _drawn_before(cache: object) -> Iterator[_Drawing]:
    for dataset in sources_of(cache):
        for graph, span in traces_in(dataset):
            if _draws(graph):
                yield _Drawing(span, *_drawn_by_image_op(graph))


def _draws(graph: Any) -> bool:
    """Return whether a graph draws random numbers, also in the functions that it calls."""
    definition = graph.as_graph_def()
    functions = (node for function in definition.library.function for node in function.node_def)
    return any(node.op.startswith(_RANDOM) for nodes in (definition.node, functions) for node in nodes)


def _drawn_by_image_op(graph: Any) -> tuple[str, CodePosition | None]:
    """Return the random function of `tf.image` that a graph calls, and the line."""
    for op in graph.get_operations():
        if op.type.startswith(_RANDOM):
            frames = [frame for frame in op.traceback if source_lines.is_internal(frame.filename)]
            names = [frame.name for frame in frames if frame.name.startswith("random_")]
            found = next((name for name in names if hasattr(Loaded.tf.image, name)), "")
            if found:
                return found, user_line(op.traceback)
    return "", None
