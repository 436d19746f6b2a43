"""Define where a timeline gets its events from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from layertrace.errors import QueryError
from layertrace.timeline.context import RecordingContext
from layertrace.timeline.event import Event

__all__ = ["EventSource", "StoredEvents"]


class EventSource(Protocol):
    """A list of events, a file, or a recording that is still running."""

    def events(self) -> Sequence[Event]:
        """Return all events so far, ordered by `seq`; the same object until there are new ones."""

    def notes(self) -> Sequence[str]:
        """Return sentences about the recording itself, such as why it is incomplete."""

    def surroundings(self) -> RecordingContext:
        """Return what the recording knows besides its events."""

    def mark(self, name: str) -> AbstractContextManager[None]:
        """Name what the program does now; see `Timeline.mark`.

        Raises:
            QueryError: If this is not a recording.
        """


class StoredEvents:
    """An event source that never changes.

    Args:
        events: The events, ordered by `seq`.
        notes: Sentences about the recording itself.
        surroundings: Returns the context of the recording; called only when a reader asks for it.
    """

    def __init__(
        self, events: Sequence[Event], notes: Sequence[str], surroundings: Callable[[], RecordingContext]
    ) -> None:
        self._events = events
        self._notes = notes
        self._surroundings = surroundings

    def events(self) -> Sequence[Event]:
        """Return the events."""
        return self._events

    def notes(self) -> Sequence[str]:
        """Return the notes."""
        return self._notes

    def surroundings(self) -> RecordingContext:
        """Return the context."""
        return self._surroundings()

    def mark(self, name: str) -> AbstractContextManager[None]:
        """Refuse a mark: nothing is recorded here.

        Raises:
            QueryError: Always.
        """
        raise QueryError(
            f"the mark {name!r} needs the timeline of a recording, as `trace()` gives it; this one is a "
            "selection, or from a file"
        )
