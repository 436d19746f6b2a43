"""Define what decides, as events begin, whether to stop the program."""

from __future__ import annotations

from typing import Protocol

from layertrace.timeline.timeline import Timeline

__all__ = ["FailFast"]


class FailFast(Protocol):
    """Decides as events begin whether to stop the program, such as `layertrace.diagnosis.FailFast`."""

    def may_trigger(self, kind: str, around: str | None, /) -> bool:
        """Return whether the beginning of an event can be a mistake.

        Args:
            kind: The kind of the event.
            around: The kind of its parent.
        """

    def check(self, timeline: Timeline, /) -> None:
        """Check a recording up to an event that begins.

        Raises:
            CulpritError: To stop the program.
        """
