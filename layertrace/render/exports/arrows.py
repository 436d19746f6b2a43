"""Find causes that nesting does not show: traces that differ, and threads that an event started."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from layertrace.render.exports.tracks import Slice

__all__ = ["Arrow", "arrows"]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A link from one event to another, by their numbers."""

    what: str
    start: int
    end: int


def arrows(laid_out: Iterable[Slice]) -> Iterator[Arrow]:
    """Yield arrows from each trace to those that differ from it, and into threads that an event started."""
    traces: dict[tuple[int, int], int] = {}
    threads: dict[int, object] = {}
    for slice_ in laid_out:
        event = slice_.event
        threads[event.seq] = slice_.track
        if event.kind == "trace" and event.function is not None and event.trace is not None:
            traces[event.function.id, event.trace] = event.seq
            earlier = event.trace - 1
            if event.cause is not None and event.cause.compared_with is not None:
                earlier = event.cause.compared_with
            if (event.function.id, earlier) in traces:
                yield Arrow("traced again", traces[event.function.id, earlier], event.seq)
        if slice_.around is not None and threads.get(slice_.around.seq) != slice_.track:
            yield Arrow("runs in", slice_.around.seq, event.seq)
