"""Tell on standard error what a program under trace is doing, while it does it."""

from __future__ import annotations

import threading
import time

from rich.console import Console
from rich.live import Live as Display
from rich.text import Text

from layertrace.cli.showing import console_of
from layertrace.record.progress import Progress
from layertrace.render import event_line
from layertrace.render.words import counted
from layertrace.timeline import Timeline

__all__ = ["Live"]

_SECONDS = 0.5
_SECONDS_BETWEEN_LINES = 5.0


class Live:
    """Shows counts and the last event: in place on a terminal, as a line every five seconds without one.

    Args:
        timeline: Of a recording under way.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._progress = Progress(timeline)
        self._console: Console = console_of(stderr=True)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._work, name="layertrace live", daemon=True)

    def __enter__(self) -> Live:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _work(self) -> None:
        if self._console.is_terminal:
            with Display(console=self._console, refresh_per_second=4, transient=True) as display:
                while not self._done.wait(_SECONDS):
                    display.update(self._line())
        else:
            told = time.monotonic()
            while not self._done.wait(_SECONDS):
                if time.monotonic() - told >= _SECONDS_BETWEEN_LINES:
                    told = time.monotonic()
                    self._console.print(self._line(), soft_wrap=True)

    def _line(self) -> Text:
        now = self._progress.look()
        said = [
            f"{now.seconds:.0f} s",
            counted(now.layers, "layer"),
            f"{counted(now.kinds['call'], 'call')} ({now.calls_per_second:,.0f}/s)",
            counted(now.kinds["trace"], "trace"),
            counted(now.runs, "run"),
        ]
        line = Text("layertrace: " + " \N{MIDDLE DOT} ".join(said))
        if now.last is not None:
            line.append("  ").append_text(event_line(now.last, encoding=self._console.encoding))
        line.no_wrap, line.overflow = True, "ellipsis"
        return line
