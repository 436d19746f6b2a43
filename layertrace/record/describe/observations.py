"""What hooks notice beside events: updates by optimizers, losses, attributes that change meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from layertrace.record.hub import hub, threads
from layertrace.record.layers import LayerRecord
from layertrace.record.process.forks import held_over_forks
from layertrace.record.spans import CodePosition, Span
from layertrace.timeline.context import ObservationKind
from layertrace.timeline.event import Structure

__all__ = ["MOST", "PendingObservation", "PendingObservations", "add_observation"]

_lock = held_over_forks(threading.Lock())

MOST = 10_000
"""How many different observations one recording keeps: they are for findings, not for counting."""


@dataclass(slots=True, eq=False)
class PendingObservation:
    """One `Observation` as it is noted: with spans and codes, which take their form when read."""

    what: ObservationKind
    key: tuple[object, ...]
    layer: LayerRecord | None = None
    name: str = ""
    before: Structure = None
    now: Structure = None
    variables: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()
    without_gradient: tuple[str, ...] = ()
    place: CodePosition | None = None
    span: Span | None = None
    start: int = 0
    thread: str = ""
    is_over: Callable[[], bool] | None = None  # asked when read: what has mended itself is left out


def add_observation(sighting: PendingObservation) -> None:
    """Tell those who listen; what is alike (by `key`, in the same event) they count as one."""
    thread = threads.state
    sighting.thread = thread.name
    sighting.start = sighting.start or time.perf_counter_ns()
    sighting.span = sighting.span or thread.span
    for tell in hub.observers:
        tell(sighting)


class PendingObservations:
    """The observations of one recording."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], tuple[PendingObservation, list[int]]] = {}

    def add(self, sighting: PendingObservation) -> None:
        """Keep a sighting, or count it."""
        key = (sighting.what, id(sighting.span), sighting.key)  # the span is kept with the first of its kind
        with _lock:
            known = self._found.get(key)
            if known is not None:
                known[1][0] += 1
            elif len(self._found) < MOST:
                self._found[key] = (sighting, [1])

    def clear(self) -> None:
        """Forget all of them."""
        with _lock:
            self._found.clear()

    def counted(self) -> list[tuple[PendingObservation, int]]:
        """Return each sighting that still stands, with how often it was seen."""
        with _lock:
            found = [(sighting, times[0]) for sighting, times in self._found.values()]
        return [one for one in found if one[0].is_over is None or not one[0].is_over()]
