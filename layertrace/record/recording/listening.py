"""Connect the hub with the recorders that listen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from layertrace.record.describe.observations import PendingObservations
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hub import hub
from layertrace.record.recording.records import ITEMS, Records
from layertrace.record.spans import Emit, Record, Span

__all__ = ["Listener", "connect"]


class Listener(Protocol):
    """What the hub needs of a recorder.

    Attributes:
        observations: Takes what is noticed besides events.
        max_events: How many records it keeps.
    """

    observations: PendingObservations
    max_events: int

    @property
    def records(self) -> Records:
        """The records so far."""

    @property
    def sink(self) -> Emit:
        """The function that receives each record."""

    @property
    def watches_beginnings(self) -> bool:
        """Whether `begun` wants every span as it begins."""

    def begun(self, span: Span) -> None:
        """Receive a span when it begins."""

    def check_size(self) -> None:
        """Stop listening when full."""


def connect(listeners: Sequence[Listener]) -> None:
    """Make hooks report to these listeners, directly to the `extend` of a list if that is enough."""
    _connect_beginnings([listener.begun for listener in listeners if listener.watches_beginnings])
    hub.replica = None if Loaded.backend is None else Loaded.backend.replica
    hub.observers = tuple(listener.observations.add for listener in listeners)
    hub.items, hub.most, hub.fill = [], 1, int
    if len(listeners) == 1:
        listener = listeners[0]
        hub.items, hub.fill = listener.records.items, listener.check_size
        hub.most = listener.max_events * ITEMS
    sinks = tuple((listener.sink, listener.check_size) for listener in listeners)
    if len(sinks) <= 1:
        hub.emit = sinks[0][0] if sinks else None
        return

    def emit(record: Record) -> None:
        for sink, check_size in sinks:
            sink(record)
            check_size()

    hub.emit = emit


def _connect_beginnings(watchers: Sequence[Callable[[Span], None]]) -> None:
    if not watchers:
        hub.begun = None
        backend = Loaded.backend
        hub.tensor_type = None if backend is None else backend.fast_tensor
        hub.shape_tuple, hub.dtype_number = (None, None) if backend is None else backend.fast_methods
        return

    def begun(span: Span) -> None:
        for watch in watchers:
            watch(span)

    hub.begun = begun
    hub.tensor_type = None  # the fast path reports no beginnings
