"""Keep the marks of a running recording."""

from __future__ import annotations

import sys
import time
from types import FrameType

from layertrace.errors import QueryError
from layertrace.record.describe import source_lines
from layertrace.record.hub import threads
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition, HookedMethod
from layertrace.timeline.marks import Mark

__all__ = ["Marks", "OpenMark", "name_of_mark"]

_MARK = HookedMethod("watch")


class OpenMark:
    """A mark that was made: a moment, or what happens until its `with` block ends."""

    __slots__ = ("_end", "_name", "_place", "_start", "_thread")

    def __init__(self, name: str, caller: FrameType | None) -> None:
        self._name = name
        self._thread = threads.state.name
        self._place: CodePosition | None = None
        with guarded("find the line of a mark"):
            self._place = source_lines.caller(_MARK, caller)
        _end_counting_of_runs()
        self._start = time.perf_counter_ns()
        self._end: int | None = self._start

    def __enter__(self) -> None:
        self._end = None

    def __exit__(self, *_: object) -> None:
        self._end = time.perf_counter_ns()
        _end_counting_of_runs()

    def read(self, recording: int) -> Mark:
        """Return the mark as data.

        Args:
            recording: When the recording began, on the clock of the hooks.
        """
        return Mark(
            name=self._name,
            start_ns=self._start - recording,
            duration_ns=None if self._end is None else self._end - self._start,
            thread=self._thread,
            location=None if self._place is None else source_lines.location(*self._place),
        )


def _end_counting_of_runs() -> None:
    """Make the next run in this thread an event of its own, which begins inside the mark."""
    threads.state.runs_for = None


def name_of_mark(name: object) -> str:
    """Return the name as a plain text: a file takes no subclass of `str`, such as `numpy.str_`.

    Raises:
        QueryError: If it is not a text.
    """
    if not isinstance(name, str):
        raise QueryError(f"a mark needs a name, such as 'epoch 1', got {name!r}")
    return str.__str__(name)


class Marks:
    """The marks of one recording."""

    def __init__(self) -> None:
        self._made: list[OpenMark] = []
        self._has_left_out = False

    def add(self, name: str) -> OpenMark:
        """Make a mark."""
        mark = OpenMark(name, sys._getframe(1))
        self._made.append(mark)
        return mark

    def left_out(self, name: str) -> list[str]:
        """Return what to note of a mark that was made after the end: a sentence for the first."""
        is_first, self._has_left_out = not self._has_left_out, True
        late = f"the mark {name!r} was made after the recording ended; it and all later marks are left out"
        return [late] * is_first

    def clear(self) -> None:
        """Drop the marks so far."""
        self._made.clear()

    def read(self, recording: int) -> tuple[Mark, ...]:
        """Return the marks so far.

        Args:
            recording: When the recording began, on the clock of the hooks.
        """
        return tuple(mark.read(recording) for mark in list(self._made))
