"""Print each event to standard error as it happens, for programs that hang or die."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from typing import Protocol

from layertrace.record.layers import LayerRecord
from layertrace.record.process.forks import held_over_forks
from layertrace.record.process.guard import guarded
from layertrace.record.recording.materialize import EventBuilder
from layertrace.record.spans import LAYER, METHOD, SPAN, Record, Span, parent_of, still_open
from layertrace.timeline.event import Event

__all__ = ["Echo", "EventLine"]

_lock = held_over_forks(threading.Lock())


class EventLine(Protocol):
    """Renders one event as a line, such as `layertrace.render.echo_line`."""

    def __call__(self, event: Event, *, ends: bool, encoding: str) -> object:
        """Return something that a console of rich can print.

        Args:
            event: The event.
            ends: Whether it has ended rather than begun.
            encoding: The encoding of the console.
        """


class Echo:
    """Prints a line when something begins and another when it ends.

    Args:
        start_ns: The clock when the recording began.
        line: Renders an event.
    """

    def __init__(self, start_ns: int, line: EventLine) -> None:
        from rich.console import Console

        self._console = Console(file=sys.stderr, soft_wrap=True, highlight=False)
        self._line = line
        self._builder = EventBuilder(start_ns)
        self._running: dict[int, tuple[int, int, int | None]] = {}  # number, depth, and number of the call
        self._calls: Counter[LayerRecord | None] = Counter()
        self._printed = 0

    def begun(self, span: Span) -> None:
        """Print that something begins; a variable is printed when it exists."""
        with _lock:
            parent = parent_of(span)
            depth = 0 if parent is None else self._running.get(id(parent), (0, -1, None))[1] + 1
            call = None
            if span[METHOD].kind == "call":
                self._calls[span[LAYER]] += 1
                call = self._calls[span[LAYER]]
            self._running[id(span)] = (self._printed, depth, call)
            self._printed += 1
            if span[METHOD].kind != "variable":
                self._print(still_open(span), ends=False)

    def ended(self, record: Record) -> None:
        """Print that something has ended."""
        span = record[SPAN]
        with _lock:
            if id(span) in self._running:
                self._print(record, ends=span[METHOD].kind != "variable")
                del self._running[id(span)]

    def _print(self, record: Record, *, ends: bool) -> None:
        with guarded("echo an event"):
            event = self._builder.single(record, *self._running[id(record[SPAN])])
            self._console.print(self._line(event, ends=ends, encoding=self._console.encoding))
