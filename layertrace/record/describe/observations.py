"""Keep what hooks notice besides events: updates by optimizers, losses, attributes that change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hub import hub, threads
from layertrace.record.layers import LayerRecord
from layertrace.record.process.forks import held_over_forks
from layertrace.record.spans import CodePosition, Span
from layertrace.timeline.context import ObservationKind
from layertrace.timeline.event import Structure

__all__ = ["MOST", "PendingObservation", "PendingObservations", "add_observation"]

_lock = held_over_forks(threading.Lock())

MOST = 10_000
"""The most observations that one recording keeps: they are for findings, and are not counted."""


@dataclass(slots=True, eq=False)
class PendingObservation:
    """An `Observation` as hooks note it, with spans and code objects that are resolved when it is read."""

    what: ObservationKind
    key: tuple[object, ...]
    layer: LayerRecord | None = None
    name: str = ""
    before: Structure = None
    now: Structure = None
    variables: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()
    without_gradient: tuple[str, ...] = ()
    reader: str = ""
    role: str = ""
    defined: CodePosition | None = None
    place: CodePosition | None = None
    span: Span | None = None
    start: int = 0
    thread: str = ""
    is_over: Callable[[], bool] | None = None  # called when read: what is over is left out


def add_observation(observation: PendingObservation) -> None:
    """Pass an observation to all recordings; they count those with the same `key` in one event as one."""
    thread = threads.state
    observation.thread = thread.name
    observation.start = observation.start or time.perf_counter_ns()
    observation.span = observation.span or thread.span or _trace_of_replica()
    for add in hub.observers:
        add(observation)


def _trace_of_replica() -> Span | None:
    """Return the trace that this thread takes part in: replicas are traced in threads of their own."""
    mode = None if Loaded.backend is None else Loaded.backend.mode()
    return None if mode is None else mode.span


class PendingObservations:
    """The observations of one recording."""

    def __init__(self) -> None:
        self._counted: dict[tuple[object, ...], tuple[PendingObservation, list[int]]] = {}

    def add(self, observation: PendingObservation) -> None:
        """Keep an observation, or count it if one like it is kept."""
        # The identity of a span is not reused, since the first observation of its kind keeps the span.
        key = (observation.what, id(observation.span), observation.key)
        with _lock:
            counted = self._counted.get(key)
            if counted is not None:
                counted[1][0] += 1
            elif len(self._counted) < MOST:
                self._counted[key] = (observation, [1])

    def has(self, what: ObservationKind) -> bool:
        """Return whether an observation of a kind was made."""
        with _lock:
            return any(observation.what == what for observation, _ in self._counted.values())

    def clear(self) -> None:
        """Forget all of them."""
        with _lock:
            self._counted.clear()

    def counted(self) -> list[tuple[PendingObservation, int]]:
        """Return each observation that still holds, with how often it was made."""
        with _lock:
            pairs = [(observation, times[0]) for observation, times in self._counted.values()]
        return [pair for pair in pairs if pair[0].is_over is None or not pair[0].is_over()]
