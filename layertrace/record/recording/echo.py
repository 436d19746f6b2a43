"""Tell each event to standard error as it happens, for programs that hang or die."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from typing import Any

from layertrace.record.process.forks import held_over_forks
from layertrace.record.process.guard import report_internal_error
from layertrace.record.recording.materialize import EventBuilder
from layertrace.record.spans import LAYER, METHOD, parent_of
from layertrace.timeline import lazy_views

__all__ = ["Echo"]

_lock = held_over_forks(threading.Lock())


class Echo:
    """Prints a line when something begins and one when it ends.

    Args:
        start_ns: The clock when the recording began.
    """

    def __init__(self, start_ns: int) -> None:
        from rich.console import Console

        self._console = Console(file=sys.stderr, soft_wrap=True, highlight=False)
        self._line = lazy_views.load("echo")
        self._reader = EventBuilder(start_ns)
        self._running: dict[int, tuple[int, int, int | None]] = {}  # number, depth, and of a call which
        self._calls: Counter[object] = Counter()
        self._told = 0

    def begun(self, span: tuple[Any, ...]) -> None:
        """Tell that something begins; a variable is told when it is there."""
        with _lock:
            around = parent_of(span)
            depth = 0 if around is None else self._running.get(id(around), (0, -1, None))[1] + 1
            call = None
            if span[METHOD].kind == "call":
                self._calls[span[LAYER]] += 1
                call = self._calls[span[LAYER]]
            self._running[id(span)] = (self._told, depth, call)
            self._told += 1
            if span[METHOD].kind != "variable":
                self._print((span, None, None, None, None), ends=False)

    def ended(self, record: tuple[Any, ...]) -> None:
        """Tell that something has ended."""
        with _lock:
            if id(record[0]) in self._running:
                self._print(record, ends=record[0][METHOD].kind != "variable")
                del self._running[id(record[0])]

    def _print(self, record: tuple[Any, ...], *, ends: bool) -> None:
        try:
            event = self._reader.single(record, *self._running[id(record[0])])
            self._console.print(self._line(event, ends=ends, encoding=self._console.encoding))
        except Exception:  # promise 1: nothing that goes wrong here may reach the traced program
            report_internal_error("echo an event")
